"""Debian's order of versions.

Source: Debian Policy 5.6.12, deb-version(7).
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(r"(?:(\d+):)?([0-9A-Za-z.+~:-]+?)(?:-([0-9A-Za-z.+~]+))?\Z")
_PARTS: Final = re.compile(r"(\D*)(\d*)")
_END: Final = -1


def key(text: str) -> Any:
    """Return the sort key: epoch, upstream version, revision."""
    match = _VERSION.match(text)
    if match is None or text.endswith("-"):
        return None
    return int(match[1] or 0), part_key(match[2]), part_key(match[3] or "")


def part_key(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Return the key of one part: runs of other characters and numbers in turn.

    A run ends with _END, which sorts behind the tilde and before every other character.
    """
    return tuple(((*tuple(map(_rank, run)), _END), int(number or 0)) for run, number in _PARTS.findall(text) or ())


def _rank(char: str) -> int:
    if char == "~":
        return -2
    return ord(char) if char.isalpha() else ord(char) + 256
