"""Java packages in a native image of GraalVM, by the bill of materials that it carries.

Source: GraalVM documentation, "Native Image: Software Bill of Materials" (CycloneDX under gzip, at the symbol sbom, its length
at sbom_length).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from jettison.inventory.elf_sections import Sections, read_sections
from jettison.inventory.package import Package
from jettison.inventory.purl import joined_name, parse_purl
from jettison.inventory.text import Content, clean, mapping, read_json, sequence

# The heap of a native image, which no other program has.
SECTION: Final = ".svm_heap"
_SYMBOLS: Final = ((".dynsym", ".dynstr"), (".symtab", ".strtab"))
_NAMES: Final = (b"sbom", b"sbom_length")
_MAX_SYMBOLS: Final = 2_000_000
_MAX_JSON: Final = 16 << 20
# Of each packed byte; real bills unpack to ten times as much.
_MAX_RATIO: Final = 100
_MAX_PACKAGES: Final = 50_000


def read(path: str, data: Content, sections: Sections | None) -> list[Package]:
    """Return the packages that the bill names by package URLs, nothing for another program or one without a bill."""
    if sections is None or SECTION not in sections.names or not sections.wide:
        return []
    try:
        text = _bill(data)
    except (struct.error, IndexError, OverflowError, zlib.error):
        return []
    found = []
    for part in map(mapping, sequence(mapping(read_json(text)).get("components"))[:_MAX_PACKAGES]):
        purl = parse_purl(clean(part.get("purl"), 2000))
        if purl is not None and purl.version:
            name = joined_name(purl)
            namespace = "" if name != purl.name else clean(purl.namespace, 200)
            found.append(Package(purl.type, clean(name, 200), clean(purl.version, 200), namespace=namespace, path=path))
    return found


def _bill(data: Content) -> bytes:
    sections = read_sections(data, [name for pair in _SYMBOLS for name in pair])
    places: dict[bytes, int] = {}
    for symbols, strings in _SYMBOLS if sections else ():
        if sections and symbols in sections.names and strings in sections.names:
            places = dict(_addresses(data, sections, sections.names[symbols], sections.names[strings])) | places
    offsets = [sections.file_offset(places.get(name, 0)) if sections else None for name in _NAMES]
    at, length_at = offsets
    if sections is None or at is None or length_at is None:
        return b""
    (length,) = struct.unpack_from(sections.order + "Q", data, length_at)
    packed = bytes(data[at : at + min(length, _MAX_JSON)])
    return zlib.decompressobj(31).decompress(packed, min(_MAX_JSON, _MAX_RATIO * len(packed) + 1))


def _addresses(
    data: Content, sections: Sections, symbols: tuple[int, int], strings: tuple[int, int]
) -> Iterator[tuple[bytes, int]]:
    """Yield the names looked for with their addresses; a symbol takes 24 bytes, its name's place first."""
    names = bytes(data[strings[0] : strings[0] + strings[1]])
    wanted = {at + 1: name for name in _NAMES if (at := names.find(b"\0" + name + b"\0")) >= 0}
    for number in range(min(symbols[1] // 24, _MAX_SYMBOLS) if wanted else 0):
        name_at, _, _, _, address = struct.unpack_from(sections.order + "IBBHQ", data, symbols[0] + number * 24)
        if name_at in wanted:
            yield wanted[name_at], address
