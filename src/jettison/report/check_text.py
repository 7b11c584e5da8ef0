"""Findings as text: place, message, the source line with a caret, the fix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import APPLICABILITY_NAMES, Finding, Severity
from jettison.report.mask import masked_line
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport

MAX_EXCERPT: Final = 160
_STYLE: Final = ("dim", "cyan", "yellow", "red")


def render_text(reports: Iterable[FileReport], palette: Palette) -> str:
    """Return the findings of all files, and a line that counts them."""
    out: list[str] = []
    files = count = 0
    for report in reports:
        files += 1
        for finding in report.findings:
            count += 1
            out.append(_block(report, finding, palette))
    noun = "finding" if count == 1 else "findings"
    out.append(f"{count} {noun} in {files} {'file' if files == 1 else 'files'}\n")
    return "".join(out)


def _block(report: FileReport, finding: Finding, palette: Palette) -> str:
    line, column = report.source.line_column(finding.span.start)
    severity = Severity.NAMES[finding.severity]
    head = (
        f"{palette(safe_line(report.path), 'bold')}:{line}:{column}: "
        f"{palette(finding.code, _STYLE[finding.severity])} {safe_line(finding.message)} "
        f"{palette(f'[{finding.name}, {severity}]', 'dim')}\n"
    )
    excerpt, caret = _excerpt(report, finding, line, column)
    fix = ""
    if finding.fix is not None:
        fix = f"   = {safe_line(finding.fix.title)} ({APPLICABILITY_NAMES[finding.fix.applicability]} fix)\n"
    return f"{head}{line:>5} | {excerpt}\n      | {palette(caret, _STYLE[finding.severity])}\n{fix}"


def _excerpt(report: FileReport, finding: Finding, line: int, column: int) -> tuple[str, str]:
    span = report.source.line_span(line)
    text = masked_line(report, line)
    end = min(finding.span.end, span.end)
    before = report.source.data[span.start : finding.span.start].decode("utf-8", "replace")
    marked = report.source.data[finding.span.start : end].decode("utf-8", "replace").rstrip("\r\n")
    indent = len(safe_line(before))
    shown = safe_line(text)[:MAX_EXCERPT]
    width = max(1, min(len(safe_line(marked)), len(shown) - indent))
    return shown, " " * min(indent, MAX_EXCERPT) + "^" * width
