"""Packages of Conan 1 in its cache: the file that says how one was built; the folders above name it.

Source: Conan 1 documentation, "Binary model" (conaninfo.txt) and "Storage path"; purl specification, type conan.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean

WANTS: Final = {"name:conaninfo.txt": 1 << 20}
# data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt
_PATH: Final = re.compile(
    r"([\w+.-]{1,100})/([\w+.~-]{1,100})/([\w+.-]{1,100})/([\w+.-]{1,100})/package/([0-9a-f]{8,64})/conaninfo\.txt\Z",
    re.ASCII,
)


def wanted(path: str) -> bool:
    """Return whether the file lies where the cache has it."""
    return _PATH.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package; what it was built with are packages of their own, where they are there."""
    place = _PATH.search(path)
    if place is None or b"[settings]" not in data:
        return []
    name, version, user, channel = (clean(part) for part in place.groups()[:4])
    qualifiers = (("channel", channel), ("user", user)) if user != "_" else ()
    folder = path.rpartition("/")[0]
    return [Package("conan", name, version, path=path, qualifiers=qualifiers, folder=folder)]
