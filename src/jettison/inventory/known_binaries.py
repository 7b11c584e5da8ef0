"""Programs without any metadata, by the version that stands in their bytes.

Which programs, and what to look for: knowledge/inventory_binaries.toml.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import Content, clean
from jettison.knowledge.inventory_binaries import BINARIES
from jettison.named_tuple import NamedTuple

WANTS: Final = {"elf": 512 << 20, "name:VERSION": 4096, "name:release": 4096}
MAX_SEARCH: Final = 256 << 20
_NO_NUMBER: Final = rb"(?<![\d.])"
_NUMBER: Final = b"0123456789."
_DIGITS: Final = re.compile(r"\d+\.\d+")


class _Known(NamedTuple):
    name: str
    files: re.Pattern[str] | None
    paths: re.Pattern[str] | None
    version: str


@cache
def _known() -> tuple[_Known, ...]:
    return tuple(
        _Known(
            name,
            re.compile(rf"(?:{facts['names']})\Z") if "names" in facts else None,
            re.compile(rf"(?:{facts['paths']})\Z") if "paths" in facts else None,
            facts["version"],
        )
        for name, facts in BINARIES.items()
    )


def wanted(path: str) -> bool:
    """Return whether the file at the path is one of the known programs, by its name."""
    return _match(path) is not None


def read(path: str, data: Content) -> list[Package]:
    """Return the program with its version, nothing when the bytes do not hold one."""
    known = _match(path)
    if known is None:
        return []
    digits = _DIGITS.search(path.rpartition("/")[2])
    pattern = known.version.replace("{name}", re.escape(digits[0]) if digits else r"\d+\.\d+")
    found = _search(pattern.encode("latin-1"), data)
    if found is None:
        return []
    return [Package("generic", known.name, clean(found["version"].decode("latin-1")), path=path)]


def _search(pattern: bytes, data: Content) -> re.Match[bytes] | None:
    """Return the first match. A pattern that begins with _NO_NUMBER is searched without it, which is far faster."""
    bare = pattern.removeprefix(_NO_NUMBER)
    for found in re.compile(bare).finditer(data, 0, MAX_SEARCH):
        start = found.start()
        if bare is pattern or not start or bytes(data[start - 1 : start]) not in _NUMBER:
            return found
    return None


def _match(path: str) -> _Known | None:
    base = path.rpartition("/")[2]
    for known in _known():
        if known.files is not None and known.files.match(base):
            return known
        if known.paths is not None and known.paths.search(f"/{path}"):
            return known
    return None
