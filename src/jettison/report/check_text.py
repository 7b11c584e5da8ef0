"""Findings as text: place, message, the source with a caret, the fix, and a summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.findings import APPLICABILITY_NAMES, SHOW, Finding, Severity
from jettison.report.excerpt import Line, excerpt
from jettison.report.impact import counted_text
from jettison.report.mask import MaskedSource
from jettison.report.units import counted, human_bytes, human_seconds
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport

_STYLE: Final = ("dim", "cyan", "yellow", "red")


def render(reports: Sequence[FileReport], palette: Palette) -> str:
    """Return the findings of all files, and lines that count them."""
    out: list[str] = []
    for report in reports:
        if report.findings:
            masked = MaskedSource(report)
            path = palette(safe_line(report.path), "bold")
            out.extend([_block(report, path, masked, finding, palette) for finding in report.findings])
    out.append(_summary(reports, palette))
    return "".join(out)


def _block(report: FileReport, path: str, masked: MaskedSource, finding: Finding, palette: Palette) -> str:
    line, column = report.source.line_column(finding.span.start)
    style = _STYLE[finding.severity]
    named = f"[{finding.name}, {Severity.NAMES[finding.severity]}]"
    code = finding.code
    if palette.enabled:
        code, named = palette(code, style), palette(named, "dim")
    head = f"{path}:{line}:{column}: {code} {safe_line(finding.message)} {named}\n"
    shown = "".join([_marked(row, style, palette) for row in excerpt(report, masked, finding, line)])
    fix = ""
    if finding.fix is not None:
        fix = f"   = {safe_line(finding.fix.title)} ({APPLICABILITY_NAMES[finding.fix.applicability]} fix)\n"
    return head + shown + _measured(finding, palette) + fix


def _measured(finding: Finding, palette: Palette) -> str:
    """Return what was measured of the thing in question; estimates are only in the summary."""
    impact = finding.impact
    if impact.bytes_saved is None:
        # What is counted and not weighed says so in its message.
        return ""
    parts = []
    if impact.basis.startswith("measured"):
        low, high = impact.bytes_saved
        parts.append(
            f"{impact.basis}: {human_bytes(high) if low == high else f'{human_bytes(low)} to {human_bytes(high)}'}"
        )
    counted = counted_text(finding)
    if counted:
        parts.append(f"counted: {counted}")
    return "".join(palette(f"   = {part}", "bold") + "\n" for part in parts)


def _marked(row: Line, style: str, palette: Palette) -> str:
    if not row.number:
        return "  ... |\n"
    caret = " " * row.start + "^" * (row.end - row.start or 1)
    return f"{row.number:>5} | {row.text}\n      | {palette(caret, style) if palette.enabled else caret}\n"


def _summary(reports: Sequence[FileReport], palette: Palette) -> str:
    findings = [finding for report in reports for finding in report.findings]
    files = counted(len(reports), "file")
    out = f"{counted(len(findings), 'finding')} in {files}\n"
    if not findings:
        return out
    counts = [(sum(f.severity == level for f in findings), Severity.NAMES[level]) for level in (3, 2, 1, 0)]
    out += palette("  severity: " + ", ".join(f"{count} {name}" for count, name in counts if count), "dim") + "\n"
    impact = _impact(findings)
    if impact:
        out += palette(f"  worth (the lowest of each estimate): {impact}", "dim") + "\n"
    fixable = sum(f.fix is not None and f.fix.applicability != SHOW for f in findings)
    if fixable:
        out += palette(f"  fixable: {fixable}; see `jettison fix --diff`", "dim") + "\n"
    return out


def _impact(findings: Sequence[Finding]) -> str:
    saved = sum(f.impact.bytes_saved[0] for f in findings if f.impact.bytes_saved)
    seconds = sum(f.impact.seconds_saved[0] for f in findings if f.impact.seconds_saved)
    sent = sum(f.impact.context_bytes[0] for f in findings if f.impact.context_bytes)
    parts = []
    if saved > 0:
        parts.append(f"{human_bytes(saved)} of the image")
    if seconds > 0:
        parts.append(f"{human_seconds(seconds)} of a rebuild")
    if sent > 0:
        parts.append(f"{human_bytes(sent)} of the build context")
    return ", ".join(parts)
