"""Findings as text: place, message, the source line with a caret, the fix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import APPLICABILITY_NAMES, Finding, Severity
from jettison.report.mask import MaskedSource
from jettison.span import Span
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
        masked = MaskedSource(report)
        for finding in report.findings:
            count += 1
            out.append(_block(report, masked, finding, palette))
    noun = "finding" if count == 1 else "findings"
    out.append(f"{count} {noun} in {files} {'file' if files == 1 else 'files'}\n")
    return "".join(out)


def _block(report: FileReport, masked: MaskedSource, finding: Finding, palette: Palette) -> str:
    line, column = report.source.line_column(finding.span.start)
    severity = Severity.NAMES[finding.severity]
    head = (
        f"{palette(safe_line(report.path), 'bold')}:{line}:{column}: "
        f"{palette(finding.code, _STYLE[finding.severity])} {safe_line(finding.message)} "
        f"{palette(f'[{finding.name}, {severity}]', 'dim')}\n"
    )
    excerpt, caret = _excerpt(report, masked, finding, line)
    fix = ""
    if finding.fix is not None:
        fix = f"   = {safe_line(finding.fix.title)} ({APPLICABILITY_NAMES[finding.fix.applicability]} fix)\n"
    return f"{head}{line:>5} | {excerpt}\n      | {palette(caret, _STYLE[finding.severity])}\n{fix}"


def _excerpt(report: FileReport, masked: MaskedSource, finding: Finding, line: int) -> tuple[str, str]:
    span = report.source.line_span(line)
    end = max(finding.span.start, min(finding.span.end, span.end))
    before = _shown(masked, Span(span.start, finding.span.start))
    marked = _shown(masked, Span(finding.span.start, end))
    after = _shown(masked, Span(end, min(span.end, end + MAX_EXCERPT)))
    text = before + marked + after
    # A place far into a long line is shown with what stands around it.
    start = 0 if len(before) <= MAX_EXCERPT // 2 else len(before) - MAX_EXCERPT // 2
    indent = len(before) - start
    width = max(1, min(len(marked.rstrip()), MAX_EXCERPT - indent))
    return text[start : start + MAX_EXCERPT], " " * indent + "^" * width


def _shown(masked: MaskedSource, span: Span) -> str:
    return safe_line(masked.text(span).rstrip("\r\n"))
