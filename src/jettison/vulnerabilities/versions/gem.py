"""RubyGems' order of versions.

Source: guides.rubygems.org/patterns, "Semantic Versioning" and "Prerelease gems"; documentation of Gem::Version.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\Z")
_SEGMENT: Final = re.compile(r"[0-9]+|[A-Za-z]+")
# Letters before the end, the end and zeros before other numbers.
_LETTERS, _NUMBER = 0, 1


def key(text: str) -> Any:
    """Return the sort key: segments without zeros that end a run of numbers."""
    if _VERSION.match(text) is None:
        return None
    segments = _SEGMENT.findall(text.replace("-", ".pre."))
    split = next((n for n, one in enumerate(segments) if not one.isdigit()), len(segments))
    numbers, rest = segments[:split], segments[split:]
    return (*_stripped(numbers), *_stripped(rest), (_NUMBER, 0, ""))


def _stripped(segments: list[str]) -> list[tuple[int, int, str]]:
    values = [(_NUMBER, int(one), "") if one.isdigit() else (_LETTERS, 0, one) for one in segments]
    while values and values[-1] == (_NUMBER, 0, ""):
        values.pop()
    return values


def bump(text: str) -> str:
    """Return the version that "~> text" stops short of, its own pre-releases included."""
    numbers = []
    for segment in _SEGMENT.findall(text):
        if not segment.isdigit():
            break
        numbers.append(int(segment))
    if len(numbers) > 1:
        numbers.pop()
    if not numbers:
        return text
    numbers[-1] += 1
    return ".".join(map(str, numbers)) + ".A"
