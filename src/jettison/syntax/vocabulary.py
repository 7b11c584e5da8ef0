"""Which of many words stand in a text, wherever they stand in it: one look through the text for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# Runs of letters and digits, of which texts of one kind hold mostly the same.
_RUN: Final = re.compile(rb"[a-z0-9]+")
_ONLY_RUNS: Final = bytes(ord(c) if (c := chr(code).lower()).isascii() and c.isalnum() else 32 for code in range(256))
_NO_WORDS: Final[frozenset[str]] = frozenset()
_MAX_KNOWN: Final = 20_000
_MAX_LENGTH: Final = 40


def runs(text: bytes) -> frozenset[bytes]:
    """Return the runs of letters and digits of a text, in lower case."""
    return frozenset(text.translate(_ONLY_RUNS).split())


class Vocabulary:
    """Lower-case words to look for.

    A word is in a text only if its longest run of letters and digits is part of a run of the text. Which words that
    leaves is remembered for each run, so that a text of known runs is only asked for what is likely there.
    """

    __slots__ = ("_apart", "_known", "_loose")

    def __init__(self, words: Iterable[str]) -> None:
        loose: list[str] = []
        pieces: dict[bytes, list[str]] = {}
        apart: set[str] = set()
        for word in words:
            piece = max(_RUN.findall(word.encode()), key=len, default=b"")
            if len(piece) < 2:
                loose.append(word)
                continue
            pieces.setdefault(piece, []).append(word)
            if piece != word.encode():
                apart.add(word)
        # Words that a run does not settle: always asked for, and asked for where their longest run stands.
        self._loose = tuple(loose)
        self._apart = frozenset(apart)
        self._known = _Known(pieces)

    def found(self, text: str, runs_of_text: frozenset[bytes] | None = None) -> set[str]:
        """Return the words that stand in a text; `runs_of_text`: what `runs` makes of it, where it is at hand."""
        if runs_of_text is None:
            runs_of_text = runs(text.encode("utf-8", "replace"))
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        found = set().union(*map(self._known.__getitem__, runs_of_text))
        for word in self._apart & found:
            if word not in text:
                found.remove(word)
        found.update([word for word in self._loose if word in text])
        return found


class _Known(dict[bytes, frozenset[str]]):
    """Run -> the words whose longest run is part of it; made when it is first asked for."""

    __slots__ = ("_long", "_short")

    def __init__(self, pieces: dict[bytes, list[str]]) -> None:
        super().__init__()
        # By their first three letters, of which few runs hold the same by chance; those of two apart.
        self._long: dict[bytes, list[tuple[bytes, list[str]]]] = {}
        self._short: dict[bytes, list[str]] = {}
        for piece, words in pieces.items():
            if len(piece) == 2:
                self._short[piece] = words
            else:
                self._long.setdefault(piece[:3], []).append((piece, words))

    def __missing__(self, run: bytes) -> frozenset[str]:
        found: list[str] = []
        short, long = self._short.get, self._long.get
        for at in range(len(run) - 1):
            if words := short(run[at : at + 2]):
                found += words
            for piece, others in long(run[at : at + 3], ()):
                if run.startswith(piece, at):
                    found += others
        made = frozenset(found) if found else _NO_WORDS
        if len(run) <= _MAX_LENGTH:
            self[run] = made
        return made
