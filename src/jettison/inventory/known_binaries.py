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

# Files of text that name a version, too.
_TEXTS: Final = ("VERSION", "release", "version.php", "OTP_VERSION")
# Archives of PHP, which begin as scripts do.
_ARCHIVES: Final = ("composer", "composer.phar", "wp", "wp-cli.phar")
WANTS: Final = {
    "elf": 512 << 20,
    **{f"name:{name}": 4096 for name in _TEXTS},
    **{f"name:{name}": 16 << 20 for name in _ARCHIVES},
}
MAX_SEARCH: Final = 256 << 20
_NO_NUMBER: Final = rb"(?<![\d.])"
_NUMBER: Final = b"0123456789."
_DIGITS: Final = re.compile(r"\d+\.\d+")


@cache
def _names() -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return one expression for the names of all programs, which few files have, and that of each."""
    known = [(facts["names"], name) for name, facts in BINARIES.items() if "names" in facts]
    every = re.compile(rf"(?:{'|'.join(names for names, _ in known)})\Z")
    return every, tuple((re.compile(rf"(?:{names})\Z"), name) for names, name in known)


@cache
def _paths() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"(?:{facts['paths']})\Z"), name) for name, facts in BINARIES.items() if "paths" in facts)


def wanted(path: str) -> bool:
    """Return whether the file at the path is one of the known programs, by its name."""
    return bool(_candidates(path))


def read(path: str, data: Content) -> list[Package]:
    """Return the program with its version, nothing when the bytes do not hold one."""
    candidates = _candidates(path)
    if not candidates:
        return []
    digits = _DIGITS.search(path.rpartition("/")[2])
    number = re.escape(digits[0]) if digits else r"\d+\.\d+"
    for name in candidates:
        for pattern in BINARIES[name]["version"]:
            found = _search(pattern.replace("{name}", number).encode("latin-1"), data)
            if found is not None:
                return [Package("generic", name, clean(found["version"].decode("latin-1")), path=path)]
    return []


def _search(pattern: bytes, data: Content) -> re.Match[bytes] | None:
    """Return the first match. A pattern that begins with _NO_NUMBER is searched without it, which is far faster."""
    bare = pattern.removeprefix(_NO_NUMBER)
    for found in re.compile(bare).finditer(data, 0, MAX_SEARCH):
        start = found.start()
        if bare is pattern or not start or bytes(data[start - 1 : start]) not in _NUMBER:
            return found
    return None


def _candidates(path: str) -> list[str]:
    """Return the names of the programs that a file may be."""
    base = path[path.rfind("/") + 1 :]
    every, each = _names()
    if every.match(base):
        return [name for names, name in each if names.match(base)]
    if base in _TEXTS:
        return [name for paths, name in _paths() if paths.search(f"/{path}")]
    return []
