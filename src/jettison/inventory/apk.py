"""Alpine packages: the installed database, blocks of one-letter fields.

Source: Alpine wiki, "Apk spec", section "Installed Database".
"""

from __future__ import annotations

from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded
from jettison.knowledge.licences import spdx_expression

DATABASES: Final = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
WANTS: Final = {"name:installed": 64 << 20}


def wanted(path: str) -> bool:
    """Return whether this is apk's database."""
    return path in DATABASES


def read(path: str, data: bytes) -> list[Package]:
    """Return the installed packages with their files."""
    found = []
    for block in decoded(data).split("\n\n"):
        package = _package(path, block)
        if package is not None:
            found.append(package)
    return found


def _package(path: str, block: str) -> Package | None:
    fields: dict[str, str] = {}
    files: list[str] = []
    folder = ""
    for line in block.split("\n"):
        letter, value = line[:2], line[2:]
        if letter == "F:":
            folder = value.strip("/")
        elif letter == "R:":
            files.append(f"{folder}/{value}" if folder else value)
        elif line[1:2] == ":":
            fields.setdefault(line[0], value)
    name, version = clean(fields.get("P")), clean(fields.get("V"))
    if not name or not version:
        return None
    origin = clean(fields.get("o"))
    size = fields.get("I", "")
    return Package(
        "apk",
        name,
        version,
        arch=clean(fields.get("A")),
        source_name=origin if origin != name else "",
        licences=tuple(_licences(clean(fields.get("L")))),
        files=tuple(files),
        path=path,
        installed_bytes=int(size) if size.isascii() and size.isdigit() and len(size) < 18 else 0,
    )


def _licences(text: str) -> list[str]:
    """Return the field as it is where it is an SPDX expression, as new packages have it; else its words."""
    expression = spdx_expression(text)
    if expression:
        return [expression]
    words = text.replace("(", " ").replace(")", " ").split()
    return sorted({word for word in words if word not in ("AND", "OR", "WITH", "and", "or", "with")})
