"""The blobs of RPM's own database format, "ndb": pages of slots that point to blobs.

Source: the description at the head of RPM's published ndb documentation and databases made with it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_DATABASE: Final = int.from_bytes(b"RpmP", "little")
_SLOT: Final = int.from_bytes(b"Slot", "little")
_BLOB: Final = int.from_bytes(b"BlbS", "little")
_PAGE: Final = 4096
_UNIT: Final = 16
_MAX_PAGES: Final = 4096
_MAX_BLOB: Final = 64 << 20


def blobs(data: bytes) -> Iterator[bytes]:
    """Yield the header blobs in the order of their package numbers; damaged ones are left out."""
    if len(data) < 32:
        return
    magic, _, _, pages = struct.unpack_from("<IIII", data)
    if magic != _DATABASE or not 0 < pages <= _MAX_PAGES:
        return
    slots = []
    # The head takes the place of the first two slots.
    for at in range(32, min(pages * _PAGE, len(data) - 15), _UNIT):
        mark, number, block, count = struct.unpack_from("<IIII", data, at)
        if mark == _SLOT and number and block:
            slots.append((number, block * _UNIT, count * _UNIT))
    budget = 4 * len(data)
    for number, at, room in sorted(slots):
        if at + 16 > len(data):
            continue
        mark, owner, _, length = struct.unpack_from("<IIII", data, at)
        if mark == _BLOB and owner == number and length <= min(room, _MAX_BLOB) and at + 16 + length <= len(data):
            budget -= length
            if budget < 0:
                return
            yield bytes(data[at + 16 : at + 16 + length])
