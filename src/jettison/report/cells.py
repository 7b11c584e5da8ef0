"""Text in the columns of a terminal, where a wide character takes two and a combining one none."""

from __future__ import annotations

import sys
from typing import Final

WIDEST: Final = 100
NARROWEST: Final = 80


def _columns() -> int:
    """Return how many columns a report takes: 100, or what a narrower terminal has, down to 80."""
    if not sys.stdout.isatty():
        return WIDEST
    import shutil

    return min(WIDEST, max(NARROWEST, shutil.get_terminal_size().columns))


WIDTH: Final = _columns()


def width(text: str) -> int:
    """Return how many columns a text takes; it must be safe already, without styles."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, columns: int) -> str:
    """Return the text, its end replaced by an ellipsis where it takes more than so many columns."""
    if width(text) <= columns:
        return text
    return _cut(text, columns - 1) + "…"


def fit_end(text: str, columns: int) -> str:
    """Return the text with its beginning left out where it is too long: the end of a path says most."""
    if width(text) <= columns:
        return text
    return "…" + _cut(text[::-1], columns - 1)[::-1]


def pad(text: str, columns: int) -> str:
    """Return the text in exactly so many columns, to the left."""
    shown = fit(text, columns)
    return shown + " " * (columns - width(shown))


def wrap(text: str, columns: int, indent: int = 0) -> list[str]:
    """Return the text in lines of at most so many columns, all but the first indented; long words are broken."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        room = columns - (indent if lines else 0)
        joined = f"{line} {word}" if line else word
        if width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while width(line) > columns - (indent if lines else 0):
            head = _cut(line, columns - (indent if lines else 0))
            lines.append(head)
            line = line[len(head) :]
    lines.append(line)
    return [lines[0], *(" " * indent + each for each in lines[1:])]


def _cut(text: str, columns: int) -> str:
    if text.isascii():
        return text[: max(0, columns)]
    taken = 0
    for index, char in enumerate(text):
        taken += width(char)
        if taken > columns:
            return text[:index]
    return text
