"""The central directory of a ZIP file, read in one bounded walk; contents only for the entries asked for.

The stdlib reader makes an object of half a kilobyte for every entry, before one can ask how many there are.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.inventory.text import Content

MAX_ENTRIES: Final = 500_000
# Ways to pack an entry (APPNOTE.TXT 4.4.5), and the most memory that unpacking one may take.
DEFLATED: Final = 8
BZIP2: Final = 12
LZMA: Final = 14
XZ: Final = 95
MAX_MEMORY: Final = 64 << 20
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL_NAME: Final = struct.Struct("<HH")


class ZipEntry(NamedTuple):
    """One entry; packed and size in bytes as the directory states them."""

    name: str
    method: int
    packed: int
    size: int
    offset: int


def zip_entries(data: Content) -> Iterator[ZipEntry]:
    """Yield the entries of the central directory; nothing for what is no ZIP file, the rest is cut off where damaged."""
    last = max(0, len(data) - 65_557)
    end = last + bytes(data[last:]).rfind(_END)
    if end < last or end + _END_SIZE > len(data):
        return
    size, at = struct.unpack_from("<II", data, end + 12)
    # Bytes in front of the archive (a start script) move everything by the same amount.
    shift = end - size - at
    if shift < 0:
        shift = 0
    at += shift
    for _ in range(MAX_ENTRIES):
        if at + _CENTRAL.size > len(data) or data[at : at + 4] != b"PK\x01\x02":
            return
        fields = _CENTRAL.unpack_from(data, at)
        method, packed, plain, length, extra, comment, offset = (fields[n] for n in (4, 8, 9, 10, 11, 12, 16))
        start = at + _CENTRAL.size
        name = bytes(data[start : start + length]).decode("utf-8", "replace")
        yield ZipEntry(name, method, packed, plain, offset + shift)
        at = start + length + extra + comment


def zip_content(data: Content, entry: ZipEntry, limit: int) -> bytes | None:
    """Return the content of an entry, None when it is damaged, encrypted or larger than `limit` once unpacked."""
    at = entry.offset
    if at + 30 > len(data) or data[at : at + 4] != b"PK\x03\x04":
        return None
    name, extra = _LOCAL_NAME.unpack_from(data, at + 26)
    start = at + 30 + name + extra
    raw = data[start : start + entry.packed]
    if entry.method == 0:
        return bytes(raw) if len(raw) <= limit else None
    if entry.method != DEFLATED:
        return _unpacked(entry.method, bytes(raw), limit)
    unpack = zlib.decompressobj(-15)
    try:
        content = unpack.decompress(raw, limit + 1)
    except zlib.error:
        return None
    return content if len(content) <= limit else None


def _unpacked(method: int, raw: bytes, limit: int) -> bytes | None:
    """Return what was packed in one of the ways that few archives have."""
    # Slow to unpack: a tenth of what deflated entries may give.
    limit //= 10
    try:
        if method == BZIP2:
            import bz2

            content = bz2.BZ2Decompressor().decompress(raw, limit + 1)
        elif method == XZ:
            import lzma

            content = lzma.LZMADecompressor(memlimit=MAX_MEMORY).decompress(raw, limit + 1)
        elif method == LZMA:
            content = _lzma(raw, limit + 1)
        else:
            return None
    except Exception:
        # Damaged; each library has its own errors for that.
        return None
    return content if len(content) <= limit else None


def _lzma(raw: bytes, limit: int) -> bytes:
    """Return what a stream without a header of its own holds; its properties stand before it (APPNOTE.TXT 5.8.8)."""
    import lzma

    _, length, properties, dictionary = struct.unpack_from("<HHBI", raw)
    if length != 5 or properties >= 225 or dictionary > MAX_MEMORY:
        return b""
    lc, rest = properties % 9, properties // 9
    kind = {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": rest % 5, "pb": rest // 5}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[kind]).decompress(raw[4 + length :], limit)
