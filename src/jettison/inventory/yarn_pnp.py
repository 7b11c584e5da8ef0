"""npm packages of a Yarn Plug'n'Play application: they stay packed, and one file says which there are.

Source: Yarn documentation, "Plug'n'Play" and "PnP specification" (packageRegistryData, locators).
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded, mapping, read_json, sequence

NAMES: Final = (".pnp.cjs", ".pnp.data.json")
WANTS: Final = {f"name:{name}": 32 << 20 for name in NAMES}
_MAX_PACKAGES: Final = 100_000
# The state stands as JSON in a text of JavaScript, or in a file of its own.
_STATE: Final = re.compile(r"RAW_RUNTIME_STATE\s*=\s*'((?>(?:[^'\\]++|\\.)*))'", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(\n|\r\n|.)", re.DOTALL)
# "npm:1.2.0", "npm:real-name@1.2.0", "virtual:0a1b#npm:1.2.0"
_REFERENCE: Final = re.compile(r"(?:virtual:[0-9a-f]{1,128}#)?npm:(?:(@?[^@:#]{1,214})@)?(\d[^:#@]{0,200})\Z")


def wanted(path: str) -> bool:
    """Return whether a file of that name is read."""
    return True


def read(path: str, data: bytes) -> list[Package]:
    """Return the packages that the application resolves to, each once, with the archive that holds it."""
    found: dict[tuple[str, str], Package] = {}
    folder = posixpath.dirname(path)
    for name, versions in _pairs(mapping(read_json(_state(data))).get("packageRegistryData")):
        for reference, about in _pairs(versions):
            match = _REFERENCE.match(reference)
            if match is None:
                continue
            package = clean(match[1] or name, 214), clean(match[2], 256)
            if package not in found and len(found) < _MAX_PACKAGES:
                archive = _archive(folder, clean(mapping(about).get("packageLocation"), 4096))
                found[package] = Package("npm", *package, path=path, files=(archive,) if archive else ())
    return list(found.values())


def _state(data: bytes) -> bytes:
    if data.lstrip()[:1] == b"{":
        return data
    match = _STATE.search(decoded(data))
    # A backslash and the end of the line continue the text; what else follows one stands for itself in this file.
    return _ESCAPE.sub(lambda found: "" if found[1].endswith("\n") else found[1], match[1]).encode() if match else b""


def _pairs(value: object) -> list[tuple[str, object]]:
    lists = (sequence(one) for one in sequence(value)[:_MAX_PACKAGES])
    return [(one[0], one[1]) for one in lists if len(one) == 2 and isinstance(one[0], str)]


def _archive(folder: str, location: str) -> str:
    """Return the path of the archive in which a package lies, "" where it lies in none."""
    inside, found, _ = location.partition(".zip/")
    # A package with peers is named by a folder that is not there, with the number of folders to go up behind it.
    if not found or "/__virtual__/" in inside:
        return ""
    path = posixpath.normpath(posixpath.join("/", folder, f"{inside}.zip"))
    return path.lstrip("/")
