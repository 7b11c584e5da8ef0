"""Modules of the kernel of Linux, by what they say of themselves.

Those of the kernel's own tree are parts of it; those built outside have versions of their own.

Source: modinfo(8); Linux, include/linux/module.h and scripts/mod/modpost.c (intree).
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from jettison.inventory.elf_sections import read_sections
from jettison.inventory.kernel import NAME
from jettison.inventory.package import Package
from jettison.inventory.text import Content, clean, decoded

MAX_MODULE: Final = 64 << 20
WANTS: Final = {f"suffix:{suffix}": MAX_MODULE for suffix in (".ko", ".xz", ".zst", ".gz")}
# Of a module and of each byte of it; real ones unpack to five times as much.
_MAX_UNPACKED: Final = 32 << 20
_MAX_RATIO: Final = 64
_MAX_SAID: Final = 1 << 20
_SECTION: Final = ".modinfo"
_PATH: Final = re.compile(
    r"((?:^|.*/)lib/modules/[^/]{1,200})/(?:.{1,400}/)?([^/]{1,200})\.ko(?:\.xz|\.zst|\.gz)?\Z", re.DOTALL
)


def wanted(path: str) -> bool:
    """Return whether the file is a module in the folder where the kernel looks for them."""
    return ".ko" in path[-7:] and _PATH.match(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the module, or its kernel where it is a part of that."""
    place = _PATH.match(path)
    if place is None:
        return []
    said = _said(_unpacked(path, data))
    release = said.get("vermagic", "").partition(" ")[0]
    if not release:
        return []
    if said.get("intree") == "Y":
        return [Package("generic", NAME, release, path=path, folder=place[1])]
    licence = said.get("license", "")
    name, version = said.get("name") or clean(place[2]), said.get("version") or release
    return [Package("generic", name, version, licences=(licence,) if licence else (), path=path)]


def _said(module: Content) -> dict[str, str]:
    """Return what the section for modinfo holds, the first of each key."""
    sections = read_sections(module, (_SECTION,))
    at, size = sections.names.get(_SECTION, (0, 0)) if sections else (0, 0)
    said: dict[str, str] = {}
    for entry in bytes(module[at : at + min(size, _MAX_SAID)]).split(b"\0")[:10_000]:
        key, _, value = entry[:2000].partition(b"=")
        said.setdefault(decoded(key), clean(decoded(value)))
    return said


def _unpacked(path: str, data: bytes) -> bytes:
    """Return a module as it is loaded, nothing for a damaged one; of one that is too large the beginning."""
    if path.endswith(".ko"):
        return data
    most = min(_MAX_UNPACKED, _MAX_RATIO * len(data))
    if path.endswith(".gz"):
        try:
            return zlib.decompressobj(31).decompress(data, most) if most else b""
        except zlib.error:
            return b""
    return _unpacked_xz(data, most) if path.endswith(".xz") else _unpacked_zst(data, most)


def _unpacked_xz(data: bytes, most: int) -> bytes:
    import lzma

    try:
        return lzma.LZMADecompressor(memlimit=128 << 20).decompress(data, most)
    except (lzma.LZMAError, EOFError):
        return b""


def _unpacked_zst(data: bytes, most: int) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=64 << 20).stream_reader(data) as stream:
            return stream.read(most)
    except (zstandard.ZstdError, ValueError):
        return b""
