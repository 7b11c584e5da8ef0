"""The secrets of an image for a terminal: at most 100 columns, the surest and gravest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.cells import WIDTH, fit, fit_end
from jettison.secretscan.findings import DEFAULT_LEVEL, at_level
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.secretscan.findings import SecretFinding

MAX_ROWS: Final = 20
_COLOURS: Final = {"critical": "red", "high": "red", "medium": "yellow", "low": "dim"}


def secret_lines(
    findings: Sequence[SecretFinding], note: str, palette: Palette, level: str = DEFAULT_LEVEL
) -> Iterator[str]:
    """Yield the lines of the section; a heading alone where there is nothing at this level, so that it was looked for."""
    shown = at_level(findings, level)
    unsure = len(findings) - len(shown)
    more = f" ({unsure} of less than {level} confidence not shown)" if unsure else ""
    yield palette("Secrets", "bold") + f"  {len(shown) or 'none'}{more}"
    if note:
        yield fit(f"  {note}", WIDTH)
    for found in shown[:MAX_ROWS]:
        severity = palette(f"{found.severity:<8}", _COLOURS[found.severity])
        yield f"  {severity} {fit(f'{safe_line(found.title)}: {found.masked}', WIDTH - 11)}"
        yield f"           {fit(place_of_secret(found), WIDTH - 11)}"
    if len(shown) > MAX_ROWS:
        yield f"  ... and {len(shown) - MAX_ROWS} more; --format json lists all"


def place_of_secret(found: SecretFinding) -> str:
    """Return where a secret is, in words, safe and on one line."""
    who = f"{found.instruction} in line {found.dockerfile_line}" if found.dockerfile_line else ""
    if found.layer is None and found.where != "file":
        name = f" {safe_line(found.path)}" if found.path != found.where else ""
        return ", ".join(filter(None, (f"{found.where}{name}", who)))
    path = safe_line(found.path if found.layer is None else f"/{found.path}")
    line = f":{found.line}" if found.line else f" at byte {found.offset}"
    parts = (
        fit_end(path, 60),
        f" ({safe_line(found.via)[:40]})" if found.via else line,
        f", layer {found.layer}" if found.layer is not None else "",
        f" ({who})" if who else "",
        "" if found.visible else ", deleted or overwritten later, still in the image",
    )
    return "".join(parts)
