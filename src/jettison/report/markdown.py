"""Markdown for a comment on a merge request: text in which nothing is markup, tables, fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from jettison.report.facts import xml

MAX_CELL: Final = 160
_MARKS: Final = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]#|~@"})


def plain(text: str) -> str:
    """Return a text in which nothing is markup, a link, a mention or HTML."""
    return xml(text.translate(_MARKS).replace("://", ":\\//")).replace("&#39;", "'")


def cell(text: str) -> str:
    """Return plain text, bounded, for a cell of a table."""
    return plain(text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a heading that ends in ":" is of figures, on the right. Cells are markdown already."""
    marks = " | ".join("---:" if title.endswith(":") else "---" for title in head)
    lines = [f"| {' | '.join(title.rstrip(':') for title in head)} |", f"| {marks} |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def fenced(text: str, kind: str, max_lines: int) -> str:
    """Return safe text in a block of code that nothing in it can end."""
    lines = text.splitlines()
    if len(lines) > max_lines:
        lines = [*lines[:max_lines], f"... and {len(lines) - max_lines} more lines"]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}{kind}", *lines, fence)) + "\n"


def folded(summary: str, body: str) -> str:
    """Return a part that is closed until the reader opens it. summary: plain text."""
    return f"<details><summary>{xml(summary)}</summary>\n\n{body}\n</details>\n"
