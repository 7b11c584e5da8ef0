"""Python packages: *.dist-info, *.egg-info folders and files, with RECORD as the list of files.

Source: PyPA specifications, "Core metadata", "Recording installed projects" and "Names and normalization".
"""

from __future__ import annotations

import csv
import posixpath
import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded, paragraphs

WANTS: Final = {
    "name:METADATA": 1 << 20,
    "name:PKG-INFO": 1 << 20,
    "name:RECORD": 16 << 20,
    "name:installed-files.txt": 4 << 20,
    "suffix:.egg-info": 1 << 20,
}
_SEPARATORS: Final = re.compile(r"[-_.]+")


def wanted(path: str) -> bool:
    """Return whether the file belongs to an installed distribution."""
    folder = posixpath.dirname(path)
    if path.endswith(".egg-info"):
        return True
    return folder.endswith((".dist-info", ".egg-info", "/EGG-INFO"))


def is_metadata(path: str) -> bool:
    """Return whether the file names the package, rather than listing its files."""
    return not path.endswith(("/RECORD", "/installed-files.txt"))


def read(path: str, data: bytes) -> list[Package]:
    """Return the one package of a metadata file, with its licences but without its files."""
    text = decoded(data)
    classifiers = [line[12:].strip() for line in text.split("\n") if line.startswith("Classifier: License ::")]
    fields = next(paragraphs(text), {})
    # The one spelling that indexes and advisories use; a package states any of Foo.Bar, foo_bar, foo-bar.
    name = _SEPARATORS.sub("-", clean(fields.get("name"))).lower()
    version = clean(fields.get("version"))
    if not name or not version:
        return []
    return [Package("pypi", name, version, licences=_licences(fields, classifiers), path=path)]


def listing_paths(path: str) -> tuple[str, ...]:
    """Return where the list of the files of a package may be, by the path of its metadata."""
    folder = posixpath.dirname(path)
    return f"{folder}/RECORD", f"{folder}/installed-files.txt"


def file_list(listing: str, data: bytes) -> tuple[str, ...]:
    """Return the owned paths of a RECORD (relative to site-packages) or of installed-files.txt."""
    info = posixpath.dirname(listing)
    record = listing.endswith("/RECORD")
    base = posixpath.dirname(info) if record else info
    lines = decoded(data).split("\n")
    names = _record_names(lines) if record else [line.strip() for line in lines]
    prefix = f"{base}/" if base else ""
    return tuple(_joined(prefix, name) for name in names if name)


def _joined(prefix: str, name: str) -> str:
    # Most names are plain; the marks of those that are not are looked for at once.
    if "./" not in name and "//" not in name and name[0] != "/" and name[-1] not in "/.":
        return prefix + name
    return posixpath.normpath(posixpath.join("/", prefix, name)).lstrip("/")


def _record_names(lines: list[str]) -> list[str]:
    names = []
    for line in lines:
        if line[:1] == '"':
            try:
                names.append(next(csv.reader([line]), [""])[0])
            except csv.Error:
                continue
        else:
            names.append(line.partition(",")[0])
    return names


def _licences(fields: dict[str, str], classifiers: list[str]) -> tuple[str, ...]:
    stated = clean(fields.get("license-expression"), 200)
    if stated:
        return (stated,)
    stated = clean(fields.get("license", "").partition("\n")[0], 200)
    if stated and stated.upper() != "UNKNOWN" and len(stated) <= 64:
        return (stated,)
    names = {clean(text.rpartition("::")[2], 80) for text in classifiers}
    return tuple(sorted(name for name in names if name and name != "OSI Approved"))
