"""Which of many words stand in a text, wherever they stand in it: one look through the text for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from jettison.named_tuple import NamedTuple

# Runs of letters and digits, of which texts of one kind hold mostly the same.
_RUN: Final = re.compile(rb"[a-z0-9]+")
_ONLY_RUNS: Final = bytes(ord(c) if (c := chr(code).lower()).isascii() and c.isalnum() else 32 for code in range(256))
_NO_WORDS: Final[frozenset[str]] = frozenset()
_MAX_KNOWN: Final = 20_000
_MAX_LENGTH: Final = 40


class Vocabulary:
    """Lower-case words to look for, whoever wants to know of them.

    A word is in a text only if each run of letters and digits in it is part of a run of the text, and begins or ends
    that where something else stands beside it in the word. Which words the most telling run leaves is remembered for
    each run of a text, so that a text of known runs is only asked for what is likely there.
    `edition` grows with each word that is learnt: what was found before does not tell of it.
    """

    __slots__ = ("_apart", "_known", "_loose", "_pieces", "_words", "edition")

    def __init__(self) -> None:
        self.edition = 0
        self._words: set[str] = set()
        # Words that a run does not settle: always asked for, and asked for where their longest run stands.
        self._loose: set[str] = set()
        self._apart: set[str] = set()
        self._pieces: dict[_Piece, list[str]] = {}
        self._known = _Known(self._pieces)

    def learn(self, words: Iterable[str]) -> None:
        """Look for these words from now on."""
        new = set(words) - self._words
        if not new:
            return
        self._words |= new
        self.edition += 1
        for word in new:
            piece = _telling(word.encode())
            if len(piece.text) < 2:
                self._loose.add(word)
                continue
            self._pieces.setdefault(piece, []).append(word)
            if piece.begins or piece.ends:
                self._apart.add(word)
        self._known = _Known(self._pieces)

    def found(self, text: str, data: bytes | None = None) -> frozenset[str]:
        """Return the words that stand in a lower-case text; `data`: its bytes in any case, where they are at hand."""
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        runs = frozenset((text.encode("utf-8", "replace") if data is None else data).translate(_ONLY_RUNS).split())
        likely = frozenset().union(*map(self._known.__getitem__, runs))
        wrong = [word for word in self._apart & likely if word not in text]
        return likely.difference(wrong).union([word for word in self._loose if word in text])


class _Piece(NamedTuple):
    """A run of a word; whether a run of a text that holds the word begins and ends with it."""

    text: bytes
    begins: bool
    ends: bool


def _telling(word: bytes) -> _Piece:
    """Return the run of a word that fewest runs of texts hold: a long one, or one that must stand at their ends."""
    pieces = [_Piece(m[0], m.start() > 0, m.end() < len(word)) for m in _RUN.finditer(word)]
    return max(
        pieces, key=lambda piece: len(piece.text) + 2 * (piece.begins + piece.ends), default=_Piece(b"", True, True)
    )


class _Known(dict[bytes, frozenset[str]]):
    """Run -> the words whose most telling run it holds; made when it is first asked for."""

    __slots__ = ("_long", "_short")

    def __init__(self, pieces: dict[_Piece, list[str]]) -> None:
        super().__init__()
        # By their first three letters, of which few runs hold the same by chance; those of two apart.
        self._long: dict[bytes, list[tuple[_Piece, list[str]]]] = {}
        self._short: dict[bytes, list[tuple[_Piece, list[str]]]] = {}
        for piece, words in pieces.items():
            text = piece.text
            (self._short if len(text) == 2 else self._long).setdefault(text[:3], []).append((piece, words))

    def __missing__(self, run: bytes) -> frozenset[str]:
        found: list[str] = []
        short, long = self._short.get, self._long.get
        for at in range(len(run) - 1):
            if begun := short(run[at : at + 2]):
                found += _at(run, at, begun)
            if begun := long(run[at : at + 3]):
                found += _at(run, at, begun)
        made = frozenset(found) if found else _NO_WORDS
        if len(run) <= _MAX_LENGTH:
            self[run] = made
        return made


def _at(run: bytes, at: int, begun: list[tuple[_Piece, list[str]]]) -> list[str]:
    """Return the words of the pieces that stand at this place of a run."""
    found: list[str] = []
    for (piece, begins, ends), words in begun:
        if run.startswith(piece, at) and not (begins and at) and not (ends and at + len(piece) < len(run)):
            found += words
    return found


# One for all, so that a text is looked through once.
WORDS: Final = Vocabulary()
