"""Go modules of a program, from the build information that the linker puts into it.

Both forms: strings in place (Go 1.18 and later) and pointers to strings (before). Windows and macOS
programs are found by their mark when the strings are in place.

Source: Go standard library documentation, debug/buildinfo and runtime/debug.BuildInfo; the layout is
described in the comments of the package's published source.
"""

from __future__ import annotations

import re
import struct
from typing import Final

from jettison.inventory.elf_sections import Sections, read_sections
from jettison.inventory.package import Package
from jettison.inventory.text import Content, clean

WANTS: Final = {"elf": 512 << 20}
SECTION: Final = ".go.buildinfo"
_MARK: Final = b"\xff Go buildinf:"
_MARKS: Final = re.compile(re.escape(_MARK))
_INLINE: Final = 2
_MAX_STRING: Final = 4 << 20
_MAX_SEARCH: Final = 64 << 20
_MAX_MODULES: Final = 20_000
_VERSION: Final = re.compile(r"(?:devel |go)(\S{1,80})")
_LINKED_VERSION: Final = re.compile(r"-X[ =]'?[\w./~-]*\.?[vV]ersion'?=['\"]?(v?\d+\.\d+\.\d+[-+.\w]*)")


def read(path: str, data: Content, sections: Sections | None = None) -> list[Package]:
    """Return the main module, the modules it was linked with, and the standard library."""
    try:
        strings = _build_info(data, sections or read_sections(data, (SECTION,)))
    except (struct.error, IndexError, ValueError, OverflowError):
        return []
    if strings is None:
        return []
    version, modules = strings
    stated = _VERSION.match(version)
    return _packages(path, clean(stated[1] if stated else version, 80), modules)


def _build_info(data: Content, sections: Sections | None) -> tuple[str, str] | None:
    at = _find(data, sections)
    if at < 0:
        return None
    pointer, flags = data[at + 14], data[at + 15]
    if flags & _INLINE:
        version, end = _inline(data, at + 32)
        modules, _ = _inline(data, end)
    elif sections is not None and pointer in (4, 8):
        form = (">" if flags & 1 else "<") + ("Q" if pointer == 8 else "I")
        version = _pointed(data, sections, form, struct.unpack_from(form, data, at + 16)[0])
        modules = _pointed(data, sections, form, struct.unpack_from(form, data, at + 16 + pointer)[0])
    else:
        return None
    # Sixteen bytes of a mark stand before and behind the text of the modules.
    text = modules[16:-16] if len(modules) >= 33 and modules[-17:-16] == b"\n" else b""
    return version.decode("utf-8", "replace"), text.decode("utf-8", "replace")


def _find(data: Content, sections: Sections | None) -> int:
    """Return where the build information starts, -1 for programs of other languages."""
    if sections is None:
        return _aligned(data, 0, min(len(data), _MAX_SEARCH))
    placed = sections.names.get(SECTION)
    if placed is not None:
        return _aligned(data, placed[0], placed[0] + placed[1])
    if sections.tabled:
        return -1
    # Without a section table only the writable data can hold it.
    for segment in sections.segments:
        if segment.writable:
            at = _aligned(data, segment.offset, segment.offset + min(segment.size, _MAX_SEARCH))
            if at >= 0:
                return at
    return -1


def _aligned(data: Content, start: int, end: int) -> int:
    # An expression searches maps and views as well as bytes.
    for found in _MARKS.finditer(data, start, end):
        if (found.start() - start) % 16 == 0:
            return found.start()
    return -1


def _inline(data: Content, at: int) -> tuple[bytes, int]:
    length, shift = 0, 0
    while True:
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
        if shift > 35:
            raise ValueError("a number that does not end")
    if length > _MAX_STRING or at + length > len(data):
        raise ValueError("a string outside the file")
    return bytes(data[at : at + length]), at + length


def _pointed(data: Content, sections: Sections, form: str, address: int) -> bytes:
    header = sections.file_offset(address)
    if header is None:
        return b""
    start, length = struct.unpack_from(form[0] + form[1] * 2, data, header)
    at = sections.file_offset(start)
    return bytes(data[at : at + length]) if at is not None and length <= _MAX_STRING else b""


def _packages(path: str, version: str, text: str) -> list[Package]:
    program, modules, settings = "", [], {}
    for line in text.split("\n")[: _MAX_MODULES * 2]:
        fields = line.split("\t")
        kind = fields[0]
        if kind == "path" and len(fields) > 1:
            program = clean(fields[1])
        elif kind in ("mod", "dep") and len(fields) > 1:
            modules.append((kind, clean(fields[1]), clean(fields[2]) if len(fields) > 2 else ""))
        elif kind == "=>" and len(fields) > 2 and modules:
            modules[-1] = (modules[-1][0], clean(fields[1]), clean(fields[2]))
        elif kind == "build" and len(fields) > 1:
            key, _, value = fields[1].partition("=")
            settings[key] = value
    if program and not any(kind == "mod" for kind, _, _ in modules):
        modules.insert(0, ("mod", program, "(devel)"))
    found = [
        Package("golang", name, _own_version(stated, settings) if kind == "mod" else stated, path=path)
        for kind, name, stated in modules
        if name
    ]
    if version:
        found.append(Package("golang", "stdlib", version, licences=("BSD-3-Clause",), path=path))
    return found


def _own_version(stated: str, settings: dict[str, str]) -> str:
    """Return the version of the main module: stated, given to the linker, or of the commit it was built from."""
    if stated not in ("", "(devel)"):
        return stated
    linked = _LINKED_VERSION.search(settings.get("-ldflags", "")[:65536])
    if linked:
        return f"v{clean(linked[1]).removeprefix('v')}"
    revision = settings.get("vcs.revision", "")
    time = re.sub(r"[^0-9]", "", settings.get("vcs.time", "").partition(".")[0])[:14]
    if len(revision) >= 12 and len(time) == 14:
        return f"v0.0.0-{time}-{revision[:12]}"
    return "(devel)"
