"""Packages of pacman (Arch Linux, MSYS2): a folder for each in the local database, with what it is and what it brought.

Source: pacman, "libalpm databases" (lib/libalpm/be_local.c writes %KEY%, lines, an empty line); purl specification, type
alpm.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded

TYPE: Final = "alpm"
WANTS: Final = {"name:desc": 1 << 20, "name:files": 16 << 20}
_PATH: Final = re.compile(r"var/lib/pacman/local/[^/]{1,250}/(?:desc|files)\Z")


def wanted(path: str) -> bool:
    """Return whether the file is one of the local database."""
    return _PATH.match(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package that a desc file describes, without its files."""
    fields = _fields(decoded(data))
    name, version = _first(fields, "NAME"), _first(fields, "VERSION")
    if not name or not version:
        return []
    base = _first(fields, "BASE")
    size = _first(fields, "SIZE")
    return [
        Package(
            TYPE,
            name,
            version,
            arch=_first(fields, "ARCH"),
            source_name=base if base != name else "",
            licences=tuple(sorted({clean(one, 200) for one in fields.get("LICENSE", ())[:64]} - {""})),
            path=path,
            installed_bytes=int(size) if size.isascii() and size.isdigit() and len(size) < 18 else 0,
        )
    ]


def listing_path(path: str) -> str:
    """Return where the list of the files of a package is, by the path of its desc file."""
    return f"{path.rpartition('/')[0]}/files"


def file_list(data: bytes) -> tuple[str, ...]:
    """Return the paths of a list of files; folders, which end with a slash, belong to many packages."""
    return tuple(line for line in _fields(decoded(data)).get("FILES", ()) if line[-1] != "/")


def paths_only(data: bytes) -> bytes:
    """Return as much of a list of files as `file_list` looks at."""
    return "\n".join(["%FILES%", *file_list(data)]).encode("utf-8", "surrogateescape")


def _fields(text: str) -> dict[str, list[str]]:
    """Return the lines of each field."""
    fields: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.split("\n"):
        if not line:
            lines = None
        elif lines is not None:
            lines.append(line)
        elif line[0] == line[-1] == "%":
            lines = fields.setdefault(line[1:-1], [])
    return fields


def _first(fields: dict[str, list[str]], key: str) -> str:
    return clean(fields[key][0]) if fields.get(key) else ""
