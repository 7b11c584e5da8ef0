"""The piece of source that a finding is about, as it may be shown: masked, safe, cut around the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.named_tuple import NamedTuple
from jettison.span import Span
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.lint.engine import FileReport
    from jettison.report.mask import MaskedSource

MAX_WIDTH: Final = 160
MAX_LINES: Final = 4
CUT: Final = "..."
TAB: Final = 4


class Line(NamedTuple):
    """One line of an excerpt: its number (0: lines are left out here), its text, and which part is marked."""

    number: int
    text: str
    start: int
    end: int


def excerpt(report: FileReport, masked: MaskedSource, finding: Finding, first: int = 0) -> list[Line]:
    """Return the lines that a finding spans: all of them when few, else the first ones and the last.

    `first`: the line that it begins at, where that is known.
    """
    source, span = report.source, finding.span
    first = first or source.line(span.start)
    last = max(first, source.line(max(span.start, span.end - 1)))
    if last == first:
        return [_line(report, masked, span, first)]
    if last - first < MAX_LINES:
        return [_line(report, masked, span, number) for number in range(first, last + 1)]
    head = [_line(report, masked, span, number) for number in range(first, first + MAX_LINES - 2)]
    return [*head, Line(0, "", 0, 0), _line(report, masked, span, last)]


def _line(report: FileReport, masked: MaskedSource, span: Span, number: int) -> Line:
    line = report.source.line_span(number)
    start = min(max(span.start, line.start), line.end)
    end = max(start, min(span.end, line.end))
    text = masked.plain_line(line) if line.end - line.start <= 2 * MAX_WIDTH else None
    if text is not None:
        at = start - line.start
        if len(text) <= MAX_WIDTH and at < len(text) and text[at] != " ":
            # Most findings: a line as it stands, and no blank at either end of what is marked.
            to = min(end - line.start, len(text))
            while to > at and text[to - 1] == " ":
                to -= 1
            return Line(number, text.rstrip(), at, to)
        before, marked, after = text[:at], text[at : end - line.start].rstrip(), text[end - line.start :]
        return _cut(number, *_unindented(before, marked, start > span.start), after)
    # Only what can be shown is decoded: a line may be a megabyte long.
    before = _shown(masked, Span(max(line.start, start - 2 * MAX_WIDTH), start))
    marked = _shown(masked, Span(start, min(end, start + 2 * MAX_WIDTH))).rstrip()
    after = _shown(masked, Span(end, min(line.end, end + 2 * MAX_WIDTH))) if end - start <= 2 * MAX_WIDTH else ""
    return _cut(number, *_unindented(before, marked, start > span.start), after)


def _unindented(before: str, marked: str, later: bool) -> tuple[str, str]:
    # Of a later line of a span the indentation is not marked.
    blank = len(marked) - len(marked.lstrip()) if later else 0
    return (before + marked[:blank], marked[blank:]) if blank else (before, marked)


def _cut(number: int, before: str, marked: str, after: str) -> Line:
    text = before + marked + after
    offset = 0
    if len(text) > MAX_WIDTH and len(before) > MAX_WIDTH // 2:
        offset = len(before) - MAX_WIDTH // 2
    shown = text[offset : offset + MAX_WIDTH].rstrip()
    start, end = len(before) - offset, min(len(before) + len(marked) - offset, MAX_WIDTH)
    if offset + MAX_WIDTH < len(text):
        shown = shown[: MAX_WIDTH - len(CUT)] + CUT
    if offset:
        shown = CUT + shown[len(CUT) :]
    return Line(number, shown, start, max(end, start))


def _shown(masked: MaskedSource, span: Span) -> str:
    text = masked.text(span).rstrip("\r\n")
    return safe_line(text.replace("\t", " " * TAB) if "\t" in text else text)
