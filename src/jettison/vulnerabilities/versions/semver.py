"""Semantic Versioning 2.0.0, forgiving where registries are: a leading v, missing or further numbers.

Source: semver.org, items 9 to 11.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(
    r"[v=]*(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+)|([A-Za-z][0-9A-Za-z.-]*))?(?:\+[0-9A-Za-z.+-]*)?\Z"
)


def key(text: str) -> Any:
    """Return the sort key; what follows a plus does not count."""
    match = _VERSION.match(text)
    if match is None:
        return None
    numbers = [int(number) for number in match[1].split(".")]
    while len(numbers) > 3 and numbers[-1] == 0:
        numbers.pop()
    numbers += [0] * (3 - len(numbers))
    before = match[2] or match[3]
    return tuple(numbers), (1, ()) if before is None else (0, identifiers(before))


def identifiers(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the key of dot-separated identifiers: numbers before texts, numbers by value."""
    return tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in text.split("."))
