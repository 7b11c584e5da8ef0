"""The secrets of an image on a page; no part of a value is in a finding, so none can be here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jettison.report.html.parts import Cell, Column, Html, badge, code, section, table
from jettison.report.html.sections import severity_badge
from jettison.report.secrets_text import place_of_secret
from jettison.secretscan.findings import DEFAULT_LEVEL, at_level

if TYPE_CHECKING:
    from jettison.secretscan.findings import SecretFinding


def secret_section(findings: Sequence[SecretFinding], note: str = "") -> Html:
    """Return the secrets that are likely enough; says so when there are none, as they were looked for."""
    shown = at_level(findings, DEFAULT_LEVEL)
    unsure = len(findings) - len(shown)
    more = f"{unsure} more of less than {DEFAULT_LEVEL} confidence are in the JSON report." if unsure else ""
    if not shown:
        return section("secrets", "Secrets", Html(""), f"None was found. {more} {note}".strip())
    columns = (
        Column("Severity", "nw"), Column("Kind", "path"), Column("Shown as"), Column("Where", "wide"),
        Column("In the container", "nw"),
    )  # fmt: skip
    rows = [_row(found) for found in shown]
    intro = f"Whoever can pull the image can read each of these, deleted files included. {more} {note}".strip()
    return section("secrets", "Secrets", table(columns, rows, "Secrets"), intro)


def _row(found: SecretFinding) -> tuple[Cell, ...]:
    seen = badge("visible", "bad") if found.visible else badge("stored only", "warn")
    return severity_badge(found.severity), found.title, code(found.masked), place_of_secret(found), seen
