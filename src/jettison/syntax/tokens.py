"""Physical lines to logical lines: continuations, comments and blank lines inside them, heredocs.

Text is handled as latin-1 strings, so that an index into the text is a byte offset into the file.
Semantics: the Dockerfile reference, "Format", "Escape" and "Here-documents".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, cast

from jettison.named_tuple import NamedTuple
from jettison.span import Span, make_span

_BLANKS: Final = " \t\r\n\v\f"
_HEREDOC_WORD: Final = re.compile(r"(\d*)<<(-?)([^<]+)\Z")


class Segment(NamedTuple):
    """A run of the file's bytes that is part of a logical line; `at` is its place in that line."""

    at: int
    start: int
    end: int


_make_segment: Final = cast(Callable[[tuple[int, int, int]], Segment], partial(tuple.__new__, Segment))


class Logical:
    """One logical line: the text after continuations are removed, and where each part stands."""

    __slots__ = ("_base", "_segments", "_starts", "comments", "end", "text")

    def __init__(
        self, text: str, start: int, segments: Sequence[Segment], comments: tuple[Span, ...], end: int
    ) -> None:
        self.text = text
        self.comments = comments
        self.end = end
        self._segments = segments
        # Of a single line, which needs no segments, places differ by a number only.
        self._base: int | None = start
        if len(segments) > 1:
            self._base = None
            self._starts = [segment.at for segment in segments]

    def _offset(self, index: int) -> int:
        """Return the file offset of the byte at `index` of several lines."""
        segment = self._segments[max(0, bisect_right(self._starts, index) - 1)]
        at = segment.start + index - segment.at
        return at if at < segment.end else segment.end

    def span(self, start: int, end: int) -> Span:
        """Return the file span of a part of the logical text."""
        if self._base is not None:
            return make_span((self._base + start, self._base + end))
        first = self._offset(start)
        return make_span((first, self._offset(end - 1) + 1 if end > start else first))


def line_end(text: str, start: int) -> int:
    """Return the offset just after the newline of the line that starts at `start`."""
    at = text.find("\n", start)
    return len(text) if at < 0 else at + 1


def read_logical(text: str, start: int, end: int, escape: str) -> Logical:
    """Return the logical line whose first physical line starts at `start` and ends at `end`.

    An escape character that ends a line (blanks may follow) joins it with the next; comment lines
    and blank lines in between are dropped. A doubled escape character does not join.
    """
    line = text[start:end]
    if escape not in line:
        # Most instructions are one line.
        return Logical(line.rstrip("\r\n"), start, (), (), end)
    segments: list[Segment] = []
    comments: list[Span] = []
    pieces: list[str] = []
    length = 0
    position = start
    size = len(text)
    while position < size:
        end = line_end(text, position)
        line = text[position:end]
        if segments:
            stripped = line.lstrip(_BLANKS)
            if not stripped or stripped[0] == "#":
                if stripped:
                    comments.append(Span(position, end))
                position = end
                continue
        body = line.rstrip("\r\n")
        trimmed = body.rstrip(" \t")
        joins = trimmed.endswith(escape) and not trimmed.endswith(escape * 2)
        if joins:
            body = trimmed[:-1]
        keep = len(body)
        segments.append(_make_segment((length, position, position + keep)))
        pieces.append(body)
        length += keep
        position = end
        if not joins:
            break
    return Logical("".join(pieces), start, segments, tuple(comments), position)


class Opening(NamedTuple):
    """A heredoc operator found in a logical line; `start`, `end` are places in that line."""

    name: str
    strip_tabs: bool
    expand: bool
    fd: int
    start: int
    end: int


def heredoc_openings(text: str, start: int, escape: str) -> list[Opening]:
    """Return the heredoc operators among the words of a logical line from `start` on."""
    if "<<" not in text:
        return []
    found = []
    for begin, end in quoted_words(text, start, escape):
        match = _HEREDOC_WORD.match(text[begin:end])
        if match is None:
            continue
        raw = match[3]
        name = unquote(raw, escape)
        if name:
            found.append(Opening(name, bool(match[2]), name == raw, int(match[1][:6] or 0), begin, end))
    return found


def quoted_words(text: str, start: int, escape: str) -> list[tuple[int, int]]:
    """Return (start, end) of each word; quotes and escapes keep blanks inside a word."""
    words: list[tuple[int, int]] = []
    pattern = _WORD[escape]
    size = len(text)
    position = start
    while position < size:
        match = pattern.match(text, position)
        if match is None or match.end() == position:
            break
        begin, end = match.span(1)
        if end > begin:
            words.append((begin, end))
        position = match.end()
    return words


def _word_pattern(escape: str) -> re.Pattern[str]:
    e = re.escape(escape)
    # An unclosed quote takes the rest of the line, as the frontend's lexer does.
    return re.compile(
        rf"""\s*((?:[^\s'"{e}]+|{e}(?:.|\Z)|'[^']*(?:'|\Z)|"(?:[^"{e}]+|{e}(?:.|\Z))*(?:"|\Z))*)\s*""",
        re.DOTALL,
    )


_WORD: Final = {"\\": _word_pattern("\\"), "`": _word_pattern("`")}


def unquote(raw: str, escape: str) -> str:
    """Return a word without its quotes and escapes, as the frontend's lexer leaves it."""
    if "'" not in raw and '"' not in raw and escape not in raw:
        return raw
    out: list[str] = []
    quote = ""
    index = 0
    size = len(raw)
    while index < size:
        char = raw[index]
        index += 1
        if quote == "'":
            if char == "'":
                quote = ""
            else:
                out.append(char)
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char == escape and index < size and (not quote or raw[index] in ('"', "$", escape)):
            out.append(raw[index])
            index += 1
        elif char == escape and index >= size and not quote:
            continue
        else:
            out.append(char)
    return "".join(out)


class Body(NamedTuple):
    """The lines of one heredoc: `start`, `end` without the line that closes it."""

    start: int
    end: int
    after: int
    terminated: bool


def read_heredoc(text: str, start: int, name: str, strip_tabs: bool) -> Body:
    """Return the body that starts at `start` and ends before the line that equals `name`."""
    position = start
    size = len(text)
    while position < size:
        end = line_end(text, position)
        line = text[position:end].rstrip("\r\n")
        if (line.lstrip("\t") if strip_tabs else line) == name:
            return Body(start, position, end, True)
        position = end
    return Body(start, size, size, False)
