"""Maven's order of versions.

Source: Maven POM reference, "Version Order Specification".
"""

from __future__ import annotations

import re
from typing import Any, Final

_TOKEN: Final = re.compile(r"\d+|[^\d.\-_]+")
_QUALIFIERS: Final = {
    "alpha": 1, "beta": 2, "milestone": 3, "rc": 4, "cr": 4, "snapshot": 5,
    "": 6, "final": 6, "ga": 6, "release": 6, "sp": 7,
}  # fmt: skip
_SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
# The specification puts ".qualifier" before "-qualifier"; Maven itself (3.8.7 was asked) takes them as the same.
_QUALIFIER, _NUMBER_HYPHEN, _NUMBER_DOT = 0, 1, 2


class MavenVersion:
    """A version that compares as the specification pads and orders tokens."""

    __slots__ = ("tokens",)

    def __init__(self, tokens: tuple[tuple[bool, int | str], ...]) -> None:
        self.tokens = tokens

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MavenVersion) and not self < other and not other < self

    def __hash__(self) -> int:
        return hash(self.tokens)

    def __lt__(self, other: MavenVersion) -> bool:
        for at in range(max(len(self.tokens), len(other.tokens))):
            mine = self.tokens[at] if at < len(self.tokens) else None
            theirs = other.tokens[at] if at < len(other.tokens) else None
            left, right = _rank(mine, theirs), _rank(theirs, mine)
            if left != right:
                return left < right
        return False

    def __le__(self, other: MavenVersion) -> bool:
        return not other < self

    def __gt__(self, other: MavenVersion) -> bool:
        return other < self

    def __ge__(self, other: MavenVersion) -> bool:
        return not self < other


def key(text: str) -> Any:
    """Return the version as a value that compares."""
    tokens = _tokens(text.lower())
    return MavenVersion(tuple(_trimmed(tokens))) if tokens else None


def _tokens(text: str) -> list[tuple[bool, int | str]]:
    """Return (with hyphen, number or word) of each part; a change between digit and letter counts as a hyphen."""
    found: list[tuple[bool, int | str]] = []
    end = -1
    for match in _TOKEN.finditer(text):
        start = match.start()
        between = text[end:start] if end >= 0 else ""
        hyphen = end >= 0 and (between == "" or between[-1] == "-")
        # Two separators in a row hold an empty token, which is 0.
        for _ in range(len(between) - 1):
            found.append((hyphen, 0))
        word = match[0]
        if word.isdigit():
            found.append((hyphen, int(word)))
        else:
            number_follows = match.end() < len(text) and text[match.end()].isdigit()
            found.append((hyphen, _SHORT.get(word, word) if number_follows else word))
        end = match.end()
    return found


def _trimmed(tokens: list[tuple[bool, int | str]]) -> list[tuple[bool, int | str]]:
    """Return the tokens without what says nothing before a hyphen or the end."""
    kept: list[tuple[bool, int | str]] = []
    for number, (hyphen, value) in enumerate(tokens):
        if hyphen or (isinstance(value, str) and number):
            _drop_empty(kept)
        kept.append((hyphen, value))
    _drop_empty(kept)
    return kept


def _drop_empty(tokens: list[tuple[bool, int | str]]) -> None:
    while len(tokens) > 1 and tokens[-1][1] in (0, "", "final", "ga", "release"):
        tokens.pop()


def _rank(token: tuple[bool, int | str] | None, other: tuple[bool, int | str] | None) -> tuple[int, int, str]:
    if token is None:
        assert other is not None
        # The missing side is filled with what says nothing, of the kind of the other side.
        token = (other[0], 0 if isinstance(other[1], int) else "")
    hyphen, value = token
    if isinstance(value, int):
        return _NUMBER_HYPHEN if hyphen else _NUMBER_DOT, value, ""
    known = _QUALIFIERS.get(value)
    return _QUALIFIER, known if known is not None else 8, "" if known else value
