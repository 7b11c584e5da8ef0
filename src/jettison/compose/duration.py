"""Times as Compose writes them: `1m30s`, `500ms`.

Source: the Compose specification, "Specifying durations".
"""

from __future__ import annotations

import re
from typing import Final

_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(us|ms|s|m|h)")
_SECONDS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds_of(text: str) -> float | None:
    """Return the seconds of a duration, None where it is none."""
    total, at = 0.0, 0
    while match := _PART.match(text, at):
        total += float(match[1]) * _SECONDS[match[2]]
        at = match.end()
    return total if text and at == len(text) else None
