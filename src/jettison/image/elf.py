"""What the dynamic loader reads of an ELF file: interpreter, needed libraries, search paths.

A general ELF library takes milliseconds a file; an image holds thousands. Source: System V ABI,
chapters 4 and 5; ld.so(8).
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

MAGIC = b"\x7fELF"
_PT_DYNAMIC, _PT_INTERP, _PT_LOAD = 2, 3, 1
_DT_NEEDED, _DT_STRTAB, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 1, 5, 14, 15, 29
_MAX_HEADERS = 512
_MAX_DYNAMIC = 4096
_MAX_NAME = 4096
_MAX_LOADS = 200
# Functions whose data files are large: character sets.
_CALLS = re.compile(rb"\0(iconv_open)(?=\0)")
_LIBRARY = re.compile(rb"lib[A-Za-z0-9_+.-]{1,60}\.so(?:\.[0-9]{1,4}){0,3}(?=\0)")


class Elf(NamedTuple):
    """The loader's view of one file. machine: e_machine and word size, equal for files that fit together.

    loads: names of libraries that stand in it as text and that it does not need: what it may load later; calls: those of a
    few functions of the C library (see _CALLS) that it calls.
    """

    machine: tuple[int, int]
    interpreter: str
    needed: tuple[str, ...]
    soname: str
    search: tuple[str, ...]
    loads: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


def read_elf(data: bytes | memoryview) -> Elf | None:
    """Return the facts of an ELF file, or None when it is damaged or of a kind with no loader."""
    try:
        elf = _read(data)
    except (struct.error, IndexError, ValueError):
        return None
    return None if elf is None else elf._replace(loads=_loads(data, elf), calls=_calls(data))


def _calls(data: bytes | memoryview) -> tuple[str, ...]:
    return tuple(sorted({match[1].decode() for match in _CALLS.finditer(data)}))


def _loads(data: bytes | memoryview, elf: Elf) -> tuple[str, ...]:
    names: set[str] = set()
    for match in _LIBRARY.finditer(data):
        names.add(match[0].decode())
        if len(names) >= _MAX_LOADS:
            break
    return tuple(sorted(names - {*elf.needed, elf.soname}))


def _read(data: bytes | memoryview) -> Elf | None:
    if data[:4] != MAGIC or data[4] not in (1, 2) or data[5] not in (1, 2):
        return None
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    kind, machine = struct.unpack_from(order + "HH", data, 16)
    if kind not in (2, 3):
        return None
    offset = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)[0]
    size, count = struct.unpack_from(order + "HH", data, 54 if wide else 42)
    headers = [_header(data, offset + n * size, wide, order) for n in range(min(count, _MAX_HEADERS))]
    interpreter = ""
    for type_, at, _, length in headers:
        if type_ == _PT_INTERP:
            interpreter = bytes(data[at : at + min(length, 4096)]).split(b"\0")[0].decode("utf-8", "surrogateescape")
    dynamic = next((h for h in headers if h[0] == _PT_DYNAMIC), None)
    if dynamic is None:
        return Elf((machine, data[4]), interpreter, (), "", ())
    return _dynamic(data, headers, dynamic, wide, order, (machine, data[4]), interpreter)


def _header(data: bytes | memoryview, at: int, wide: bool, order: str) -> tuple[int, int, int, int]:
    if wide:
        type_, _, offset, address, _, length = struct.unpack_from(order + "IIQQQQ", data, at)
    else:
        type_, offset, address, _, length = struct.unpack_from(order + "IIIII", data, at)
    return type_, offset, address, length


def _dynamic(
    data: bytes | memoryview,
    headers: list[tuple[int, int, int, int]],
    dynamic: tuple[int, int, int, int],
    wide: bool,
    order: str,
    machine: tuple[int, int],
    interpreter: str,
) -> Elf:
    form = order + ("QQ" if wide else "II")
    step = struct.calcsize(form)
    entries = []
    for number in range(min(dynamic[3] // step, _MAX_DYNAMIC)):
        tag, value = struct.unpack_from(form, data, dynamic[1] + number * step)
        if tag == 0:
            break
        entries.append((tag, value))
    table = next((value for tag, value in entries if tag == _DT_STRTAB), None)
    base = _file_offset(headers, table)

    def text(at: int) -> str:
        piece, end, _ = bytes(data[base + at : base + at + _MAX_NAME]).partition(b"\0")
        if not end and len(piece) < _MAX_NAME:
            raise ValueError("a name without an end")
        return piece.decode("utf-8", "surrogateescape")

    def texts(*tags: int) -> tuple[str, ...]:
        return tuple(text(value) for tag, value in entries if tag in tags)

    # RUNPATH makes the loader ignore RPATH.
    search = texts(_DT_RUNPATH) or texts(_DT_RPATH)
    folders = tuple(folder for joined in search for folder in joined.split(":") if folder)
    return Elf(machine, interpreter, texts(_DT_NEEDED), "".join(texts(_DT_SONAME)[:1]), folders)


def _file_offset(headers: list[tuple[int, int, int, int]], address: int | None) -> int:
    if address is None:
        raise ValueError("no string table")
    for type_, offset, start, length in headers:
        if type_ == _PT_LOAD and start <= address < start + length:
            return offset + address - start
    raise ValueError("string table outside the file")
