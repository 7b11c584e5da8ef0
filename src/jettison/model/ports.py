"""The ports that a word of EXPOSE names."""

from __future__ import annotations

import re
from typing import Final

_PORT: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(tcp|udp|sctp))?\Z", re.IGNORECASE)
_LAST: Final = 65535


def exposed_range(text: str) -> tuple[int, int, str] | None:
    """Return (first, last, protocol) of "8080", "53/udp" or "8000-8010/tcp"; None for what is no port."""
    match = _PORT.match(text)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return (first, last, (match[3] or "tcp").lower()) if first <= last <= _LAST else None


def is_exposed(port: str, words: tuple[str, ...]) -> bool:
    """Return whether one of the words names this port of an image's configuration, as in "8080/tcp"."""
    wanted = exposed_range(port)
    if wanted is None:
        return port in words
    found = (exposed_range(word) for word in words)
    return any(one and one[0] <= wanted[0] and wanted[1] <= one[1] and one[2] == wanted[2] for one in found)
