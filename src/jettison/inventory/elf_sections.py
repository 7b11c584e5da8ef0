"""Where the sections and loaded segments of an ELF file lie; damaged tables give what could be read.

Source: System V ABI, chapter 4 "Sections" and chapter 5 "Program Header".
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from jettison.inventory.text import Content
from jettison.named_tuple import NamedTuple

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


class Sections:
    """The sections of some names, and the loaded segments, which are looked for when they are first asked for.

    names: section name -> (offset, size) in the file; tabled: whether there is a table of sections at all;
    order: "<" or ">"; wide: 64 bit.
    """

    __slots__ = ("_data", "_segments", "names", "order", "tabled", "wide")

    def __init__(self, data: Content, names: dict[str, tuple[int, int]] | None, order: str, wide: bool) -> None:
        self._data = data
        self._segments: tuple[Segment, ...] | None = None
        self.names = names or {}
        self.tabled = names is not None
        self.order = order
        self.wide = wide

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Return the parts that the loader maps."""
        if self._segments is None:
            try:
                self._segments = _segments(self._data, self.wide, self.order)
            except (struct.error, IndexError, OverflowError):
                self._segments = ()
        return self._segments

    def file_offset(self, address: int) -> int | None:
        """Return where the byte of a memory address lies in the file, None when it is not there."""
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.size:
                return segment.offset + address - segment.address
        return None


def read_sections(data: Content, wanted: Iterable[str]) -> Sections | None:
    """Return the tables of an ELF file with the sections of these names, None for what is none."""
    if data[:4] != MAGIC or len(data) < 64 or data[4] not in (1, 2) or data[5] not in (1, 2):
        return None
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    names: dict[str, tuple[int, int]] | None
    try:
        names = _sections(data, wide, order, [name.encode() for name in wanted])
    except (struct.error, IndexError, OverflowError):
        names = None
    return Sections(data, names, order, wide)


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


def _sections(data: Content, wide: bool, order: str, wanted: list[bytes]) -> dict[str, tuple[int, int]] | None:
    at = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
    step, count, names_at = struct.unpack_from(order + "HHH", data, 58 if wide else 46)
    count = min(count, _MAX_SECTIONS)
    if names_at >= count:
        return None
    form = order + ("IIQQQQ" if wide else "IIIIII")
    base, size = struct.unpack_from(form, data, at + names_at * step)[4:6]
    table = bytes(data[base : base + min(size, 1 << 20)])
    # Most programs have none of them, which their names tell; a name may be the end of another.
    if not any(name + b"\0" in table for name in wanted):
        return {}
    found: dict[str, tuple[int, int]] = {}
    for number in range(count):
        name_at, kind, _, _, offset, length = struct.unpack_from(form, data, at + number * step)
        if kind == _SHT_NOBITS or offset + length > len(data):
            continue
        name = table[name_at : max(table.find(b"\0", name_at, name_at + 256), 0)]
        if name in wanted:
            found.setdefault(name.decode(), (offset, length))
    return found
