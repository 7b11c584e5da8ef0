"""Rust crates of a program that was built with cargo-auditable.

Source: cargo-auditable, PARSING.md: section .dep-v0, JSON under zlib.
"""

from __future__ import annotations

import zlib
from typing import Final

from jettison.inventory.elf_sections import Sections, read_sections
from jettison.inventory.package import Package
from jettison.inventory.text import Content, clean, mapping, read_json, sequence

WANTS: Final = {"elf": 512 << 20}
SECTION: Final = ".dep-v0"
_MAX_JSON: Final = 8 << 20
# Of each packed byte; real lists unpack to five times as much.
_MAX_RATIO: Final = 100


def read(path: str, data: Content, sections: Sections | None = None) -> list[Package]:
    """Return the crates that the program was linked with; those that only built it are left out."""
    sections = sections or read_sections(data, (SECTION,))
    placed = sections.names.get(SECTION) if sections else None
    if placed is None:
        return []
    try:
        packed = data[placed[0] : placed[0] + placed[1]]
        text = zlib.decompressobj().decompress(packed, min(_MAX_JSON, _MAX_RATIO * len(packed) + 1))
    except zlib.error:
        return []
    found = []
    for entry in map(mapping, sequence(mapping(read_json(text)).get("packages"))):
        name, version = clean(entry.get("name")), clean(entry.get("version"))
        if name and version and entry.get("kind", "runtime") == "runtime":
            found.append(Package("cargo", name, version, path=path))
    return found
