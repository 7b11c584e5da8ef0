"""What is packed inside a file: gzip, zstd, bzip2, xz, zlib (git objects), git packs, ZIP, Debian packages; bounded, never written to disk."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Final

from jettison.inventory.zip_entries import zip_content, zip_entries
from jettison.named_tuple import NamedTuple
from jettison.secretscan.debian_package import MAGIC as DEBIAN_PACKAGE
from jettison.secretscan.debian_package import package_members
from jettison.secretscan.git_pack import MAGIC as GIT_PACK
from jettison.secretscan.git_pack import pack_objects

MAX_PACKED: Final = 64 * 1024 * 1024
MAX_PLAIN: Final = 64 * 1024 * 1024
# What unpacks to more than this many times its size is a bomb.
MAX_RATIO: Final = 200
FREE: Final = 1024 * 1024
MAX_MEMBERS: Final = 50_000
MAX_DEPTH: Final = 3
# Packed bytes that are remembered because nothing is in them.
MAX_KEPT: Final = 4 * 1024 * 1024
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
MAGICS: Final = (
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"\x28\xb5\x2f\xfd",
    b"BZh",
    b"\xfd7zXZ\0",
    GIT_PACK,
    DEBIAN_PACKAGE,
    *_ZLIB,
)
FIRST: Final = frozenset(magic[0] for magic in MAGICS)
# Bytes of the longest.
HEAD: Final = max(map(len, MAGICS))


class Part(NamedTuple):
    """Plain bytes out of a packed file. how: "gzip", "zip:NAME"."""

    how: str
    data: bytes


class Barren:
    """The last packed contents that hold nothing: builds put the same beside each part of a package, a log of changes say.

    The bytes are kept and compared, so that nothing else can be taken for them.
    """

    __slots__ = ("_kept", "_size")

    def __init__(self) -> None:
        self._kept: dict[tuple[int, bytes], bytes] = {}
        self._size = 0

    def __contains__(self, data: bytes) -> bool:
        return self._kept.get(self._key(data)) == data

    def add(self, data: bytes) -> None:
        """Keep a content, and forget the oldest where there are too many."""
        key = self._key(data)
        if key in self._kept or len(data) > MAX_KEPT:
            return
        self._kept[key] = data
        self._size += len(data)
        while self._size > MAX_KEPT:
            self._size -= len(self._kept.pop(next(iter(self._kept))))

    @staticmethod
    def _key(data: bytes) -> tuple[int, bytes]:
        # gzip ends with a checksum.
        return len(data), data[-8:]


class Budget:
    """How many plain bytes one file may still give, over all its members and depths."""

    __slots__ = ("left",)

    def __init__(self, packed: int) -> None:
        self.left = min(MAX_PLAIN * 2, FREE * 16 + MAX_RATIO * packed)

    def limit(self, packed: int) -> int:
        """Return how many bytes something packed of this size may give."""
        return max(0, min(MAX_PLAIN, self.left, FREE + MAX_RATIO * packed))


def is_packed(head: bytes) -> bool:
    """Return whether a file begins like one that `parts` opens; head: its first HEAD bytes."""
    return head.startswith(MAGICS)


def parts(data: bytes, budget: Budget) -> Iterator[Part]:
    """Yield what a packed file holds; nothing for what is damaged or goes over the limits."""
    if data.startswith(b"PK\x03\x04"):
        yield from _zip(data, budget)
        return
    if data.startswith(GIT_PACK):
        plain = b"\n".join(pack_objects(data, budget.limit(len(data))))
        budget.left -= len(plain)
        if plain:
            yield Part("git pack", plain)
        return
    if data.startswith(DEBIAN_PACKAGE):
        for name, member in package_members(data):
            yield from _unpacked(member, f"deb:{name}", budget)
        return
    yield from _unpacked(data, "", budget)


def _unpacked(data: bytes, member: str, budget: Budget) -> Iterator[Part]:
    how, plain = _stream(data, budget.limit(len(data)))
    if plain:
        budget.left -= len(plain)
        yield Part(member or how, plain)


def _stream(data: bytes, limit: int) -> tuple[str, bytes]:
    try:
        if data.startswith(b"\x1f\x8b\x08"):
            return "gzip", _gzip(data, limit)
        if data.startswith(_ZLIB):
            return "zlib", zlib.decompressobj().decompress(data, limit)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            import zstandard

            reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data, read_across_frames=True)
            return "zstd", bytes(reader.read(limit))
        # The two below are slow to unpack: a tenth of what the others may give.
        if data.startswith(b"BZh"):
            import bz2

            return "bzip2", bz2.BZ2Decompressor().decompress(data, limit // 10)
        import lzma

        return "xz", lzma.LZMADecompressor(memlimit=128 << 20).decompress(data, limit // 10)
    except Exception:
        # Damaged, or no such format after all; each library has its own errors for that.
        return "", b""


def _gzip(data: bytes, limit: int) -> bytes:
    found: list[bytes] = []
    size = 0
    while data[:2] == b"\x1f\x8b" and size < limit:
        inflate = _inflater()
        piece = inflate.decompress(data, limit - size)
        found.append(piece)
        size += len(piece)
        data = inflate.unused_data
    return b"".join(found)


def _inflater() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompressobj(31)
    return isal_zlib.decompressobj(31)


def _zip(data: bytes, budget: Budget) -> Iterator[Part]:
    for number, entry in enumerate(zip_entries(data)):
        if number >= MAX_MEMBERS or budget.left <= 0:
            return
        if not entry.size or entry.size > MAX_PLAIN:
            continue
        content = zip_content(data, entry, budget.limit(entry.packed))
        if content:
            budget.left -= len(content)
            yield Part(f"zip:{entry.name[:200]}", content)
