"""What two answers of the same program agree on, and whether a third agrees there too."""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

MAX_VALUES: Final = 50_000
_MOST: Final = 0.75
_SAYS: Final = re.compile(rb"\w")
_WORDS: Final = re.compile(rb"[\w.+-]+|[^\w.+-]+")


class Agreement(NamedTuple):
    """holds: the third says the same wherever the two agree; parts: of what they agree on; of: of all; kind: of part."""

    holds: bool
    parts: int
    of: int
    kind: str


def agreement(first: bytes, second: bytes, third: bytes) -> Agreement | None:
    """Return how far a third answer agrees with two of another program; None where those two share nothing to go by.

    Compared value by value where all are JSON, else line by line, else word by word.
    """
    return _of_json(first, second, third) or _of_lines(first, second, third) or _of_words(first, second, third)


def _of_json(first: bytes, second: bytes, third: bytes) -> Agreement | None:
    if first.lstrip()[:1] not in (b"{", b"["):
        return None
    found = [_values(text) for text in (first, second, third)]
    old, again, new = found
    if old is None or again is None or new is None:
        return None
    stable = {path: value for path, value in old.items() if path in again and again[path] == value}
    if not stable:
        return None
    # What neither of the two has is new, unless they differ in what they have anyway.
    unknown = new.keys() - old.keys() if old.keys() == again.keys() else set()
    missing = (old.keys() & again.keys()) - new.keys()
    holds = not unknown and not missing and all(new[path] == value for path, value in stable.items())
    return Agreement(holds, len(stable), len(old), "values")


def _values(text: bytes) -> dict[tuple[str | int, ...], str] | None:
    """Return every plain value of a JSON text by its place; None where it is none, or too large."""
    try:
        waiting: list[tuple[tuple[str | int, ...], object]] = [((), json.loads(text))]
    except (ValueError, RecursionError):
        return None
    found: dict[tuple[str | int, ...], str] = {}
    while waiting:
        place, value = waiting.pop()
        if len(found) > MAX_VALUES or len(place) > 100:
            return None
        if isinstance(value, dict) and value:
            waiting += [((*place, key), inner) for key, inner in value.items()]
        elif isinstance(value, list) and value:
            waiting += [((*place, at), inner) for at, inner in enumerate(value)]
        else:
            found[place] = json.dumps(value)
    return found


def _of_lines(first: bytes, second: bytes, third: bytes) -> Agreement | None:
    return _of_parts([text.split(b"\n") for text in (first, second, third)], "lines", 0)


def _of_words(first: bytes, second: bytes, third: bytes) -> Agreement | None:
    # Where most of a text is by chance, that the rest agrees tells little.
    return _of_parts([_WORDS.findall(text) for text in (first, second, third)], "words", _MOST)


def _of_parts(texts: list[list[bytes]], kind: str, share: float) -> Agreement | None:
    """Return the agreement of texts of equally many parts. share: of the parts that say something, as many agree."""
    if len({len(parts) for parts in texts}) != 1:
        return None
    old, again, new = texts
    stable = [(a, c) for a, b, c in zip(old, again, new, strict=True) if a == b]
    telling = sum(1 for a, _ in stable if _SAYS.search(a))
    if not telling or telling < share * sum(1 for a in old if _SAYS.search(a)):
        return None
    return Agreement(all(a == c for a, c in stable), len(stable), len(old), kind)
