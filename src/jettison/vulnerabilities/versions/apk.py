"""Alpine's order of versions: 1.2.3a_rc1_p2-r4, and _git20230717 as the last sort of addition.

Source: apk-package(5), "VERSION"; the order of additions and of numbers with leading zeros as apk-tools has it.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(
    r"(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(~[0-9a-f]+)?(?:-r(\d+))?\Z"
)
_ADDITION: Final = re.compile(r"_([a-z]+)(\d*)")
_RANKS: Final = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}


def key(text: str) -> Any:
    """Return the sort key."""
    match = _VERSION.match(text)
    if match is None:
        return None
    first, *others = match[1].split(".")
    numbers = ((1, int(first), ""), *map(_number, others))
    # Without a further addition 0 stands: behind rc, before cvs.
    additions = (*tuple((_RANKS[name], int(number or 0)) for name, number in _ADDITION.findall(match[3])), (0, 0))
    return numbers, match[2], additions, int(match[5] or 0)


def _number(text: str) -> tuple[int, int, str]:
    # With a leading zero it counts as a fraction: 1.0 before 1.05 before 1.1.
    return (0, 0, text) if text[0] == "0" else (1, int(text), "")
