"""Which parts of a program hold no text: machine code and tables of numbers, which are most of a program.

Compilers put texts into sections of their own, which are searched, and so is everything that no section holds. Names of
symbols are texts; the tables that number them are none.

Source: System V ABI, chapter 4 "Sections": SHT_PROGBITS, SHF_EXECINSTR, and the other types below; Linux Standard Base,
"Exception Frames"; DWARF 5, chapter 7.
"""

from __future__ import annotations

import struct
from typing import Final

MAGIC: Final = b"\x7fELF"
# Smaller programs are searched whole: to look for their code takes as long.
WORTH: Final = 1 << 20
_SMALLEST: Final = 64 << 10
_MAX_SECTIONS: Final = 4096
_PROGBITS: Final = 1
_EXECUTABLE: Final = 4
# Symbols, relocations (with and without addends), hashes of names (ELF's and GNU's), unwinding.
_NUMBERS: Final = frozenset((2, 11, 4, 9, 5, 0x6FFFFFF6, 0x70000001))
# What unwinds the stack, and where a debugger finds things: of no type of their own.
_TABLES: Final = frozenset(
    (
        b".eh_frame", b".eh_frame_hdr", b".gcc_except_table", b".debug_loc", b".debug_loclists", b".debug_ranges",
        b".debug_rnglists", b".debug_aranges", b".debug_frame",
    )
)  # fmt: skip
_LONGEST: Final = max(map(len, _TABLES)) + 1


def without_code(data: bytes | memoryview) -> list[tuple[int, int]]:
    """Return the (start, end) of what has to be searched: all of it for what is no program, or a damaged one."""
    whole = [(0, len(data))]
    if len(data) < WORTH or data[:4] != MAGIC or data[4] not in (1, 2) or data[5] not in (1, 2):
        return whole
    try:
        code = _without_text(data, data[4] == 2, "<" if data[5] == 1 else ">")
    except (struct.error, IndexError, OverflowError):
        return whole
    left, at = [], 0
    for start, end in sorted(code):
        if start > at:
            left.append((at, start))
        at = max(at, end)
    return [*left, (at, len(data))] if at < len(data) else left


def _without_text(data: bytes | memoryview, wide: bool, order: str) -> list[tuple[int, int]]:
    at = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
    step, count, names = struct.unpack_from(order + "HHH", data, 58 if wide else 46)
    form = order + ("IIQQQQ" if wide else "IIIIII")
    sections = [struct.unpack_from(form, data, at + number * step) for number in range(min(count, _MAX_SECTIONS))]
    names_at = sections[names][4] if names < len(sections) else len(data)
    found = []
    for name, kind, flags, _, offset, size in sections:
        if size < _SMALLEST or offset + size > len(data):
            continue
        if kind in _NUMBERS or (kind == _PROGBITS and (flags & _EXECUTABLE or _is_table(data, names_at + name))):
            found.append((offset, offset + size))
    return found


def _is_table(data: bytes | memoryview, name_at: int) -> bool:
    return bytes(data[name_at : name_at + _LONGEST]).partition(b"\0")[0] in _TABLES
