"""Where the sections and loaded segments of an ELF file lie; damaged tables give what could be read.

Source: System V ABI, chapter 4 "Sections" and chapter 5 "Program Header".
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from jettison.inventory.text import Content

MAGIC: Final = b"\x7fELF"
_MAX_SECTIONS: Final = 4096
_MAX_SEGMENTS: Final = 512
_PT_LOAD: Final = 1
_WRITABLE: Final = 2
_SHT_NOBITS: Final = 8


class Segment(NamedTuple):
    """A part of the file that the loader maps: bytes in the file, address in memory."""

    offset: int
    address: int
    size: int
    writable: bool


class Sections(NamedTuple):
    """names: section name -> (offset, size) in the file; order: "<" or ">"; wide: 64 bit."""

    names: dict[str, tuple[int, int]]
    segments: tuple[Segment, ...]
    order: str
    wide: bool

    def file_offset(self, address: int) -> int | None:
        """Return where the byte of a memory address lies in the file, None when it is not there."""
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.size:
                return segment.offset + address - segment.address
        return None


def read_sections(data: Content) -> Sections | None:
    """Return the tables of an ELF file, None for what is none."""
    if data[:4] != MAGIC or len(data) < 64 or data[4] not in (1, 2) or data[5] not in (1, 2):
        return None
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    try:
        segments = _segments(data, wide, order)
    except (struct.error, IndexError, OverflowError):
        segments = ()
    try:
        names = _sections(data, wide, order)
    except (struct.error, IndexError, OverflowError):
        names = {}
    return Sections(names, segments, order, wide)


def _segments(data: Content, wide: bool, order: str) -> tuple[Segment, ...]:
    at = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)[0]
    step, count = struct.unpack_from(order + "HH", data, 54 if wide else 42)
    found = []
    for number in range(min(count, _MAX_SEGMENTS)):
        if wide:
            kind, flags, offset, address, _, size = struct.unpack_from(order + "IIQQQQ", data, at + number * step)
        else:
            kind, offset, address, _, size, _, flags = struct.unpack_from(order + "7I", data, at + number * step)
        if kind == _PT_LOAD:
            found.append(Segment(offset, address, min(size, max(len(data) - offset, 0)), bool(flags & _WRITABLE)))
    return tuple(found)


def _sections(data: Content, wide: bool, order: str) -> dict[str, tuple[int, int]]:
    at = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
    step, count, names_at = struct.unpack_from(order + "HHH", data, 58 if wide else 46)
    form = order + ("IIQQQQ" if wide else "IIIIII")
    rows = [struct.unpack_from(form, data, at + number * step) for number in range(min(count, _MAX_SECTIONS))]
    base, size = rows[names_at][4], rows[names_at][5]
    table = bytes(data[base : base + min(size, 1 << 20)])
    found: dict[str, tuple[int, int]] = {}
    for name_at, kind, _, _, offset, length in rows:
        if kind == _SHT_NOBITS or offset + length > len(data):
            continue
        end = table.find(b"\0", name_at, name_at + 256)
        if end > name_at:
            found.setdefault(table[name_at:end].decode("latin-1"), (offset, length))
    return found
