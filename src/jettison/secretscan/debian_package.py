"""The members of a Debian package, an `ar` archive: control.tar and data.tar, each packed.

Source: deb(5); ar(5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

# Static libraries are such archives as well; of a package this is always the first member.
MAGIC: Final = b"!<arch>\ndebian-binary"
_FIRST: Final = 8
_HEADER: Final = 60
MAX_MEMBERS: Final = 16


def package_members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of the members; the rest of a damaged package is left out."""
    at = _FIRST
    for _ in range(MAX_MEMBERS):
        header = data[at : at + _HEADER]
        size = header[48:58].strip()
        if len(header) < _HEADER or not header.endswith(b"`\n") or not size.isdigit():
            return
        start = at + _HEADER
        name = header[:16].rstrip(b" /").decode("ascii", "replace")
        yield name, data[start : start + int(size)]
        at = start + int(size) + int(size) % 2
