"""Packages of Portage (Gentoo): a folder for each in its database, named by category, name and version.

Source: Gentoo Package Manager Specification, "Package names and versions"; portage(5), "/var/db/pkg".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded
from jettison.knowledge.licences import spdx_expression

TYPE: Final = "ebuild"
WANTS: Final = {"name:CONTENTS": 16 << 20, "name:LICENSE": 64 << 10, "name:SIZE": 64}
_PATH: Final = re.compile(r"var/db/pkg/[\w+.-]{1,100}/[\w+.-]{1,200}/(?:CONTENTS|LICENSE|SIZE)\Z")
# A name may hold hyphens, and its version begins at the last one that a version can follow.
_PLACE: Final = re.compile(
    r"([\w+.-]+)/([\w+][\w+-]*)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)/CONTENTS\Z", re.ASCII
)


def wanted(path: str) -> bool:
    """Return whether the file is one of the database of installed packages."""
    return _PATH.match(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package of a list of contents, with its files."""
    place = _PLACE.search(path)
    if place is None:
        return []
    files = tuple(_paths(decoded(data)))
    return [Package(TYPE, f"{clean(place[1])}/{clean(place[2])}", clean(place[3]), files=files, path=path)]


def completed(package: Package, contents: Mapping[str, bytes]) -> Package:
    """Return the package with what the files beside its list say."""
    folder = package.path.rpartition("/")[0]
    licence = clean(decoded(contents.get(f"{folder}/LICENSE", b"")), 400)
    size = clean(decoded(contents.get(f"{folder}/SIZE", b"")))
    return package._replace(
        licences=tuple(_licences(licence)),
        installed_bytes=int(size) if size.isascii() and size.isdigit() and len(size) < 18 else 0,
    )


def _paths(text: str) -> list[str]:
    """Return the files ("obj PATH MD5 TIME") and links ("sym PATH -> TARGET TIME"); paths may hold spaces."""
    found = []
    for line in text.split("\n"):
        kind, _, rest = line.partition(" ")
        if kind == "obj":
            found.append(rest.rsplit(" ", 2)[0].lstrip("/"))
        elif kind == "sym":
            found.append(rest.partition(" -> ")[0].lstrip("/"))
    return found


def _licences(text: str) -> list[str]:
    """Return the field as an SPDX expression where it can be one, else its words; all have to be kept."""
    expression = spdx_expression(" AND ".join(text.split())) if not any(mark in text for mark in "()?|") else ""
    if expression:
        return [expression]
    return sorted({word for word in text.split() if word not in ("(", ")", "||") and not word.endswith("?")})
