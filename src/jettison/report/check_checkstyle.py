"""Findings as Checkstyle XML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.facts import TOOL, message_of, place_of, xml

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette

_SEVERITIES: Final = ("info", "info", "warning", "error")


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return a file element per file."""
    files = "".join(
        f'  <file name="{xml(report.path)}">\n{"".join(_error(report, f) for f in report.findings)}  </file>\n'
        for report in reports
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n{files}</checkstyle>\n'


def _error(report: FileReport, finding: Finding) -> str:
    place = place_of(report, finding)
    return (
        f'    <error line="{place.line}" column="{place.column}" severity="{_SEVERITIES[finding.severity]}" '
        f'message="{xml(message_of(finding))}" source="{TOOL}.{xml(finding.code)}"/>\n'
    )
