"""The objects of a git pack: every version of every file that a clone brought along.

Objects that are stored whole are unpacked; differences (deltas) are unpacked as they are, which shows the lines that
were added.

Source: git documentation, gitformat-pack.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

MAGIC: Final = b"PACK\0\0\0"
_HEADER: Final = 12
_OFFSET_DELTA: Final = 6
_REFERENCE_DELTA: Final = 7
MAX_OBJECTS: Final = 200_000
# Looked at in one call of zlib; most objects are smaller.
_PIECE: Final = 64 * 1024


def pack_objects(data: bytes, limit: int) -> Iterator[bytes]:
    """Yield the plain bytes of the objects, at most `limit` in all; the rest is left out where it is damaged."""
    at = _HEADER
    count = min(int.from_bytes(data[8:_HEADER], "big"), MAX_OBJECTS)
    view = memoryview(data)
    for _ in range(count):
        start = _after_header(data, at)
        if start is None or limit <= 0:
            return
        plain, end = _inflated(view, start, limit)
        if end <= start:
            return
        limit -= len(plain)
        at = end
        if plain:
            yield plain


def _after_header(data: bytes, at: int) -> int | None:
    """Return where the compressed bytes of an object begin."""
    if at + 2 > len(data):
        return None
    kind = data[at] >> 4 & 7
    at = _after_number(data, at)
    if kind == _OFFSET_DELTA:
        at = _after_number(data, at)
    elif kind == _REFERENCE_DELTA:
        at += 20
    return at if at < len(data) and kind not in (0, 5) else None


def _after_number(data: bytes, at: int) -> int:
    # Seven bits in each byte; the first bit says that one more follows.
    last = min(len(data), at + 10)
    while at < last and data[at] & 0x80:
        at += 1
    return at + 1


def _inflated(view: memoryview, start: int, limit: int) -> tuple[bytes, int]:
    """Return the plain bytes of one object and where it ends; (b"", start) for what is damaged or too large."""
    inflate = zlib.decompressobj()
    pieces: list[bytes] = []
    size, at = 0, start
    try:
        while not inflate.eof and at < len(view):
            piece = view[at : at + _PIECE]
            plain = inflate.decompress(piece, limit - size + 1)
            size += len(plain)
            pieces.append(plain)
            if size > limit or inflate.unconsumed_tail:
                return b"", start
            at += len(piece)
    except zlib.error:
        return b"", start
    if not inflate.eof:
        return b"", start
    return b"".join(pieces), at - len(inflate.unused_data)
