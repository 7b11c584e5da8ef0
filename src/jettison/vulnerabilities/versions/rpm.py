"""RPM's order of versions: epoch, version, release.

Source: rpm-version(7) and the RPM reference manual, "Version comparison".
"""

from __future__ import annotations

import re
from typing import Any, Final

_PIECE: Final = re.compile(r"[0-9]+|[A-Za-z]+|~|\^")
# A tilde sorts before the end of the version, a caret behind it but before anything further.
_TILDE, _END, _CARET, _LETTERS, _NUMBER = range(5)


def key(text: str) -> Any:
    """Return the sort key of "epoch:version-release"; a missing epoch is 0."""
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    if not epoch.isascii() or not epoch.isdigit() or not rest:
        return None
    version, _, release = rest.partition("-") if rest.count("-") == 1 else rest.rpartition("-")
    if not version:
        version, release = rest, ""
    return int(epoch), part_key(version), part_key(release)


def part_key(text: str) -> tuple[tuple[int, int | str], ...]:
    """Return the key of a version or a release."""
    found: list[tuple[int, int | str]] = []
    for piece in _PIECE.findall(text):
        if piece == "~":
            found.append((_TILDE, 0))
        elif piece == "^":
            found.append((_CARET, 0))
        elif piece[0].isdigit():
            found.append((_NUMBER, int(piece)))
        else:
            found.append((_LETTERS, piece))
    found.append((_END, 0))
    return tuple(found)
