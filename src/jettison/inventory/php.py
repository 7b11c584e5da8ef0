"""PHP packages: Composer's list of what it installed.

Source: Composer documentation, "Runtime utilities" and "The composer.json schema".
"""

from __future__ import annotations

from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, mapping, read_json, sequence

WANTS: Final = {"name:installed.json": 32 << 20}


def wanted(path: str) -> bool:
    """Return whether the file is Composer's."""
    return path.endswith("composer/installed.json")


def read(path: str, data: bytes) -> list[Package]:
    """Return the installed packages; Composer 1 writes an array, Composer 2 an object."""
    value = read_json(data)
    entries = sequence(mapping(value).get("packages")) if isinstance(value, dict) else sequence(value)
    found = []
    for entry in map(mapping, entries):
        name, version = clean(entry.get("name")), clean(entry.get("version"))
        if name and version:
            licences = tuple(sorted({clean(one, 80) for one in sequence(entry.get("license"))} - {""}))
            found.append(Package("composer", name, version, licences=licences, path=path, folder=_folder(path, name)))
    return found


def _folder(path: str, name: str) -> str:
    """Return the folder of a package: beside Composer's own, unless an installer of its own put it elsewhere."""
    vendor = path.removesuffix("installed.json").removesuffix("composer/")
    return f"{vendor}{name}" if ".." not in name else ""
