"""Which parts of a program are machine code: nothing that a person writes stands there, and it is most of a program.

Compilers put texts into sections of their own, which are searched, and so is everything that no section holds.

Source: System V ABI, chapter 4 "Sections": SHT_PROGBITS, SHF_EXECINSTR.
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


def without_code(data: bytes | memoryview) -> list[tuple[int, int]]:
    """Return the (start, end) of what has to be searched: all of it for what is no program, or a damaged one."""
    whole = [(0, len(data))]
    if len(data) < WORTH or data[:4] != MAGIC or data[4] not in (1, 2) or data[5] not in (1, 2):
        return whole
    try:
        code = _code(data, data[4] == 2, "<" if data[5] == 1 else ">")
    except (struct.error, IndexError, OverflowError):
        return whole
    left, at = [], 0
    for start, end in sorted(code):
        if start > at:
            left.append((at, start))
        at = max(at, end)
    return [*left, (at, len(data))] if at < len(data) else left


def _code(data: bytes | memoryview, wide: bool, order: str) -> list[tuple[int, int]]:
    at = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
    step, count = struct.unpack_from(order + "HH", data, 58 if wide else 46)
    form = order + ("IIQQQQ" if wide else "IIIIII")
    found = []
    for number in range(min(count, _MAX_SECTIONS)):
        _, kind, flags, _, offset, size = struct.unpack_from(form, data, at + number * step)
        if kind == _PROGBITS and flags & _EXECUTABLE and size >= _SMALLEST and offset + size <= len(data):
            found.append((offset, offset + size))
    return found
