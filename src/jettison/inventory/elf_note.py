"""The package that a program or library itself says it is of: a note that Fedora's and Ubuntu's builds put in.

It counts where no package of a database owns the file: in images of files that were copied out of a distribution. Debian's
note names the source package.

Source: systemd.io, "Package Metadata for Executable Files" (owner "FDO", type 0xcafe1a7e, JSON).
"""

from __future__ import annotations

import struct
from typing import Final

from jettison.inventory.elf_sections import Sections
from jettison.inventory.os_release import release_of
from jettison.inventory.package import DISTRIBUTION_TYPES, Package
from jettison.inventory.text import Content, clean, mapping, read_json

SECTION: Final = ".note.package"
_TYPE: Final = 0xCAFE1A7E
_MAX_NOTE: Final = 64 << 10


def read(path: str, data: Content, sections: Sections | None) -> list[Package]:
    """Return the package of a distribution that the note names, nothing where there is none."""
    at, size = sections.names.get(SECTION, (0, 0)) if sections else (0, 0)
    if sections is None or not 16 < size <= _MAX_NOTE:
        return []
    owner, length, kind = struct.unpack_from(f"{sections.order}III", data, at)
    start = at + 12 + (owner + 3) // 4 * 4
    if kind != _TYPE or owner > 16 or start + length > at + size:
        return []
    said = mapping(read_json(bytes(data[start : start + length]).rstrip(b"\0")))
    type_, name, version = (clean(said.get(key), 200) for key in ("type", "name", "version"))
    if type_ not in DISTRIBUTION_TYPES or not name or not version:
        return []
    id_ = clean(said.get("os"), 60).lower()
    release = release_of(id_, clean(said.get("osVersion"), 60)) if id_ else None
    return [
        Package(
            type_, name, version, namespace=release.namespace if release else "",
            arch=clean(said.get("architecture"), 40), files=(path,), path=path,
            qualifiers=(("distro", release.distro),) if release else (), noted=True,
        )
    ]  # fmt: skip
