"""Findings as GitHub workflow commands, which become annotations of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.facts import message_of, place_of
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport

_LEVELS: Final = ("notice", "notice", "warning", "error")


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return one command per finding."""
    out: list[str] = []
    for report in reports:
        for finding in report.findings:
            place = place_of(report, finding)
            # A column is only understood where the end is on the same line.
            columns = f",col={place.column},endColumn={place.end_column}" if place.line == place.end_line else ""
            out.append(
                f"::{_LEVELS[finding.severity]} file={_property(place.path)},line={place.line},"
                f"endLine={place.end_line}{columns},title={_property(f'{finding.code} {finding.name}')}"
                f"::{_data(message_of(finding))}\n"
            )
    return "".join(out)


def _data(text: str) -> str:
    return safe_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
