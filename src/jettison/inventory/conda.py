"""Conda packages: one file for each in conda-meta of an environment.

Python packages among them are listed by their own metadata, too: advisories speak of these.

Source: conda documentation, "conda-meta"; purl specification, type conda.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, mapping, read_json, sequence

WANTS: Final = {"suffix:.json": 16 << 20}
_PATH: Final = re.compile(r"(?:^|/)conda-meta/[^/]{1,250}\.json\Z")
_MAX_FILES: Final = 200_000


def wanted(path: str) -> bool:
    """Return whether the file describes an installed package."""
    return _PATH.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package, none without a name or a version."""
    stated = mapping(read_json(data))
    name, version = clean(stated.get("name"), 200), clean(stated.get("version"), 200)
    if not name or not version:
        return []
    licence = clean(stated.get("license"), 200)
    prefix = path[: path.rfind("conda-meta/")]
    files = (clean(one, 4096) for one in sequence(stated.get("files"))[:_MAX_FILES])
    qualifiers = (("build", clean(stated.get("build"), 100)), ("subdir", clean(stated.get("subdir"), 40)))
    return [
        Package(
            "conda", name, version,
            licences=(licence,) if licence else (),
            files=tuple(f"{prefix}{one}" for one in files if one and ".." not in one.split("/")),
            path=path,
            qualifiers=tuple(one for one in qualifiers if one[1]),
        )
    ]  # fmt: skip
