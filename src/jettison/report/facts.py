"""What the formats for other programs have in common: places, rules, safe texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jettison import __version__
from jettison.findings import Finding, Severity
from jettison.lint.fingerprint import repository_path
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.rules.base import Rule

TOOL: Final = "jettison"
MAX_DECODED: Final = 20_000
VERSION: Final = __version__


class Place(NamedTuple):
    """Where a finding is: lines and columns from 1, the end exclusive; columns count characters."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


def place_of(report: FileReport, finding: Finding) -> Place:
    """Return the place of a finding, its path relative to the repository and safe."""
    source = report.source
    start = max(0, min(finding.span.start, len(source.data)))
    end = max(start, min(finding.span.end, len(source.data)))
    line, column = _position(report, start)
    end_line, end_column = _position(report, end)
    if end_line > line and end_column == 1:
        # An instruction ends with its newline; people and programs expect the line before.
        end_line, end_column = _position(report, end - 1)
    return Place(safe_line(repository_path(report.path)), line, column, end_line, end_column)


def _position(report: FileReport, offset: int) -> tuple[int, int]:
    line, _ = report.source.line_column(offset)
    start = report.source.line_span(line).start
    if offset - start > MAX_DECODED:
        # Far into a line that no person wrote; counting its characters for each finding would take for ever.
        return line, offset - start + 1
    return line, len(report.source.data[start:offset].decode("utf-8", "replace")) + 1


def message_of(finding: Finding) -> str:
    """Return the message of a finding with its fix, on one line and safe."""
    fix = f" (fix: {finding.fix.title})" if finding.fix is not None else ""
    return safe_line(finding.message + fix)


def rule_of(code: str) -> Rule | None:
    """Return the rule of a code; None for what the checker itself reports."""
    from jettison.rules.index import entries, load

    return load(code) if any(entry.code == code for entry in entries()) else None


def severity_of(finding: Finding) -> str:
    """Return the name of a finding's severity."""
    return Severity.NAMES[finding.severity]


def xml(text: str) -> str:
    """Return a text as it may stand in XML and HTML, quotes escaped, no control character left."""
    text = safe_line(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    return (
        text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )
