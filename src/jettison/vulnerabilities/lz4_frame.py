"""LZ4 frames, in which apt keeps its lists on many images.

Source: LZ4 frame format 1.6.4 and LZ4 block format (github.com/lz4/lz4/tree/dev/doc). Checksums are not verified:
the lists were verified by apt, and nothing here is trusted for more than a version's text.
"""

from __future__ import annotations

import struct
from typing import Final

MAGIC: Final = b"\x04\x22\x4d\x18"
_SIZES: Final = {4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20}
_WINDOW: Final = 64 << 10


class Lz4Error(ValueError):
    """The data is damaged, cut off, or of a form that is not read."""


def decompress(data: bytes, limit: int) -> bytes:
    """Return the plain bytes of one or several frames.

    Raises:
        Lz4Error: it is damaged or has more than `limit` bytes.
    """
    out = bytearray()
    at = 0
    try:
        while data[at : at + 4] == MAGIC:
            at = _frame(data, at + 4, out, limit)
    except (IndexError, struct.error):
        raise Lz4Error("the LZ4 data is damaged or cut off") from None
    return bytes(out)


def _frame(data: bytes, at: int, out: bytearray, limit: int) -> int:
    flags, size = data[at], _SIZES.get(data[at + 1] >> 4 & 7)
    if flags >> 6 != 1 or size is None or flags & 1:
        raise Lz4Error("an LZ4 frame of a form that is not read")
    at += 2 + (8 if flags & 8 else 0) + 1
    start = len(out)
    while True:
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
        if length == 0:
            return at + (4 if flags & 4 else 0)
        plain, length = bool(length >> 31), length & 0x7FFFFFFF
        if length > size + 64 or at + length > len(data):
            raise Lz4Error("the LZ4 data is damaged or cut off")
        if plain:
            out += data[at : at + length]
        else:
            # Blocks that depend on one another reach back over the border.
            _block(data, at, at + length, out, len(out) if flags & 0x20 else max(start, len(out) - _WINDOW), size)
        if len(out) > limit:
            raise Lz4Error(f"more than {limit} bytes unpacked")
        at += length + (4 if flags & 16 else 0)


def _block(data: bytes, at: int, end: int, out: bytearray, floor: int, size: int) -> None:
    most = len(out) + size
    while at < end:
        token = data[at]
        count, at = _length(data, token >> 4, at + 1)
        out += data[at : at + count]
        at += count
        if at >= end:
            break
        offset = data[at] | data[at + 1] << 8
        count, at = _length(data, token & 15, at + 2)
        count += 4
        begin = len(out) - offset
        if offset == 0 or begin < floor or len(out) + count > most:
            raise Lz4Error("the LZ4 data is damaged")
        piece = out[begin : begin + count]
        # A match may reach into what it writes: it repeats.
        out += piece if len(piece) == count else (piece * (count // offset + 1))[:count]


def _length(data: bytes, value: int, at: int) -> tuple[int, int]:
    if value == 15:
        while data[at] == 255:
            value += 255
            at += 1
        value += data[at]
        at += 1
    return value, at
