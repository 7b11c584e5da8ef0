"""Places in a source text: byte spans, and their lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from typing import Final, cast

from jettison.named_tuple import NamedTuple


class Span(NamedTuple):
    """Half-open range of byte offsets into the file."""

    start: int
    end: int


# Half the time of Span(start, end): for the places that make most of them.
make_span: Final = cast(Callable[[tuple[int, int]], Span], partial(tuple.__new__, Span))


class SourceText:
    """The bytes of one file and the mapping between byte offsets and lines.

    Lines and columns count from 1; columns count bytes, as BuildKit and tree-sitter do.
    """

    __slots__ = ("_starts", "data", "path")

    def __init__(self, data: bytes, path: str = "Dockerfile") -> None:
        self.data = data
        self.path = path
        self._starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """Return the byte offset at which each line starts."""
        if self._starts is None:
            starts = [0]
            find = self.data.find
            at = find(b"\n")
            while at >= 0:
                starts.append(at + 1)
                at = find(b"\n", at + 1)
            self._starts = starts
        return self._starts

    def line(self, offset: int) -> int:
        """Return the line (from 1) that holds this byte offset."""
        return bisect_right(self._starts or self.line_starts, offset)

    def line_column(self, offset: int) -> tuple[int, int]:
        """Return (line, column), both from 1, of this byte offset."""
        starts = self.line_starts
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """Return the bytes of one line (from 1) with its newline."""
        starts = self.line_starts
        end = starts[line] if line < len(starts) else len(self.data)
        return Span(starts[line - 1], end)

    def text(self, span: Span) -> str:
        """Return the decoded text of a span; undecodable bytes survive as surrogates."""
        return self.data[span.start : span.end].decode("utf-8", "surrogateescape")

    @property
    def newline(self) -> str:
        """Return the newline this file uses: that of its first line, LF when it has none."""
        at = self.data.find(b"\n")
        return "\r\n" if at > 0 and self.data[at - 1 : at] == b"\r" else "\n"
