"""The line of a program's output that tells why it ended."""

from __future__ import annotations

import re
from typing import Final

MAX_CHARACTERS: Final = 200
# A name that ends so, with what it says behind it: `ValueError: ...`, `java.io.IOException: ...`, `Error: ...`.
_NAMED: Final = re.compile(r"(?:^|[\s.:(])\w*(?:Error|Exception|error|panic|fatal|FATAL|ERROR|Fatal error)\b\s*:")
_WORDS: Final = re.compile(
    r"\b(?:denied|refused|not found|no such file|cannot|could not|unable to|not permitted|failed to)\b", re.IGNORECASE
)
# Where it happened comes below or beside what happened.
_PLACE: Final = re.compile(r"\s+at |\s*File \"|\s*- |\s*\^|\s*from /")


def telling_line(text: str) -> str:
    """Return the last line that names an error, else the last that speaks of one, else the last that is not empty."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not _PLACE.match(line)]
    for pattern in (_NAMED, _WORDS):
        found = next((line for line in reversed(lines) if pattern.search(line)), None)
        if found is not None:
            return found[:MAX_CHARACTERS]
    return lines[-1][:MAX_CHARACTERS] if lines else "no output"
