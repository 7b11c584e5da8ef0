"""Composer's order of versions, which is that of PHP's version_compare after its own normalisation.

Source: getcomposer.org/doc/articles/versions.md; php.net/version_compare.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(
    r"v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)((?>(?:[.-]?\d++)*)))?(?:[.-]?(dev))?(?:\+\S+)?\Z",
    re.IGNORECASE,
)
_RANKS: Final = {
    "dev": 0,
    "alpha": 1,
    "a": 1,
    "beta": 2,
    "b": 2,
    "rc": 3,
    "": 4,
    "stable": 4,
    "patch": 5,
    "pl": 5,
    "p": 5,
}


def key(text: str) -> Any:
    """Return the sort key; branches (dev-main) have no place in the order."""
    match = _VERSION.match(text)
    if match is None:
        return None
    numbers = [int(number) for number in match[1].split(".")]
    numbers += [0] * (4 - len(numbers))
    word = (match[2] or "").lower()
    further = tuple(int(number) for number in re.findall(r"\d+", match[3] or ""))
    return tuple(numbers), _RANKS["dev"] if match[4] and not word else _RANKS[word], further, 0 if match[4] else 1
