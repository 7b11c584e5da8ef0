"""Which of many words stand in a text, wherever they stand in it: one look through the text for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# Runs of letters and digits, of which texts of one kind hold mostly the same.
_RUN: Final = re.compile(r"[a-z0-9]+")
_NO_WORDS: Final[frozenset[str]] = frozenset()
_MAX_KNOWN: Final = 20_000
_MAX_LENGTH: Final = 40


def runs(text: str) -> frozenset[str]:
    """Return the runs of lower-case letters and digits of a text."""
    return frozenset(_RUN.findall(text))


class Vocabulary:
    """Lower-case words to look for.

    A word is in a text only if its longest run of letters and digits is part of a run of the text. Which words that
    leaves is remembered for each run, so that a text of known runs is only asked for what is likely there.
    """

    __slots__ = ("_apart", "_known", "_loose")

    def __init__(self, words: Iterable[str]) -> None:
        loose: list[str] = []
        pieces: dict[str, list[str]] = {}
        apart: set[str] = set()
        for word in words:
            piece = max(_RUN.findall(word), key=len, default="")
            if len(piece) < 2:
                loose.append(word)
                continue
            pieces.setdefault(piece, []).append(word)
            if piece != word:
                apart.add(word)
        # Words that a run does not settle: always asked for, and asked for where their longest run stands.
        self._loose = tuple(loose)
        self._apart = frozenset(apart)
        self._known = _Known(pieces)

    def found(self, text: str, runs_of_text: frozenset[str] | None = None) -> set[str]:
        """Return the words that stand in a text; `runs_of_text`: what `runs` makes of it, where it is at hand."""
        if runs_of_text is None:
            runs_of_text = runs(text)
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        found = set().union(*map(self._known.__getitem__, runs_of_text))
        for word in self._apart & found:
            if word not in text:
                found.remove(word)
        found.update([word for word in self._loose if word in text])
        return found


class _Known(dict[str, frozenset[str]]):
    """Run -> the words whose longest run is part of it; made when it is first asked for."""

    __slots__ = ("_begins",)

    def __init__(self, pieces: dict[str, list[str]]) -> None:
        super().__init__()
        begins: dict[str, list[tuple[str, list[str]]]] = {}
        for piece, words in pieces.items():
            begins.setdefault(piece[:2], []).append((piece, words))
        self._begins = begins

    def __missing__(self, run: str) -> frozenset[str]:
        found: set[str] = set()
        begins = self._begins
        for at in range(len(run) - 1):
            for piece, words in begins.get(run[at : at + 2], ()):
                if run.startswith(piece, at):
                    found.update(words)
        made = frozenset(found) if found else _NO_WORDS
        if len(run) <= _MAX_LENGTH:
            self[run] = made
        return made
