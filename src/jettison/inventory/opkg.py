"""Packages of opkg (OpenWrt): a status file as dpkg's, and for each package its description and the list of its files.

Source: OpenWrt wiki, "Opkg package manager"; opkg, libopkg/pkg_parse.c.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded, paragraphs

TYPE: Final = "opkg"
FOLDERS: Final = ("usr/lib/opkg/", "var/lib/opkg/")
WANTS: Final = {"name:status": 16 << 20, "suffix:.list": 4 << 20, "suffix:.control": 256 << 10}
_STATUSES: Final = tuple(f"{folder}status" for folder in FOLDERS)
_INFO: Final = tuple(f"{folder}info/" for folder in FOLDERS)


def wanted(path: str) -> bool:
    """Return whether the file is one of opkg's database."""
    return path.startswith(_INFO) or path in _STATUSES


def read(path: str, data: bytes) -> list[Package]:
    """Return the installed packages of the status file, without their files."""
    found = []
    for fields in paragraphs(decoded(data)):
        name, version = clean(fields.get("package"), 200), clean(fields.get("version"), 200)
        # "want flag status", as dpkg has it.
        if name and version and fields.get("status", "").split()[-1:] == ["installed"]:
            found.append(Package(TYPE, name, version, arch=clean(fields.get("architecture")), path=path))
    return found


def listing_path(package: Package) -> str:
    """Return where the list of the files of a package is."""
    return f"{package.path.removesuffix('status')}info/{package.name}.list"


def completed(package: Package, contents: Mapping[str, bytes]) -> Package:
    """Return the package with its files and licence."""
    listing = listing_path(package)
    fields = next(paragraphs(decoded(contents.get(f"{listing.removesuffix('.list')}.control", b""))), {})
    licence = clean(fields.get("license"), 200)
    lines = decoded(contents.get(listing, b"")).split("\n")
    return package._replace(
        files=tuple(line.strip().lstrip("/") for line in lines if len(line) > 1), licences=(licence,) if licence else ()
    )
