"""The values of a Berkeley DB hash file, RPM's database until 4.16.

Only what RPM writes: hash pages with values in place or on overflow pages.
Source: Berkeley DB reference guide; page layouts as in the published db_page.h of release 5.3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_MAGIC: Final = 0x00061561
_HASH, _HASH_UNSORTED, _OVERFLOW = 13, 2, 7
_IN_PLACE, _ELSEWHERE = 1, 3
_HEAD: Final = 26
_MAX_PAGES: Final = 2_000_000
_MAX_BLOB: Final = 64 << 20


def blobs(data: bytes) -> Iterator[bytes]:
    """Yield the values; each page is followed at most as often as the file has pages in all."""
    if len(data) < 512:
        return
    order = next((mark for mark in "<>" if struct.unpack_from(mark + "I", data, 12)[0] == _MAGIC), None)
    if order is None:
        return
    size = struct.unpack_from(order + "I", data, 20)[0]
    if size & (size - 1) or not 512 <= size <= 65536 or data[24]:
        return
    pages = min(len(data) // size, _MAX_PAGES)
    budget = [pages * 2]
    for number in range(1, pages):
        at = number * size
        if data[at + 25] not in (_HASH, _HASH_UNSORTED):
            continue
        yield from _page(data, at, size, order, pages, budget)


def _page(data: bytes, at: int, size: int, order: str, pages: int, budget: list[int]) -> Iterator[bytes]:
    count = struct.unpack_from(order + "H", data, at + 20)[0]
    if _HEAD + count * 2 > size:
        return
    offsets = struct.unpack_from(f"{order}{count}H", data, at + _HEAD)
    # Keys and values take turns; items are laid from the end of the page towards its head.
    for item in range(1, count, 2):
        start, end = offsets[item], offsets[item - 1]
        if not _HEAD <= start < end <= size:
            continue
        kind = data[at + start]
        if kind == _IN_PLACE:
            yield bytes(data[at + start + 1 : at + end])
        elif kind == _ELSEWHERE and start + 12 <= size:
            page, length = struct.unpack_from(order + "II", data, at + start + 4)
            value = _overflow(data, page, length, size, order, pages, budget)
            if value is not None:
                yield value


def _overflow(
    data: bytes, page: int, length: int, size: int, order: str, pages: int, budget: list[int]
) -> bytes | None:
    if length > _MAX_BLOB:
        return None
    parts, have = [], 0
    while page and have < length:
        budget[0] -= 1
        at = page * size
        if budget[0] < 0 or page >= pages or data[at + 25] != _OVERFLOW:
            return None
        following, _, used = struct.unpack_from(order + "IHH", data, at + 16)
        if not used or used > size - _HEAD:
            return None
        parts.append(bytes(data[at + _HEAD : at + _HEAD + used]))
        have += used
        page = following
    return b"".join(parts)[:length] if have >= length else None
