"""Packages of Ubuntu that chisel cut files out of: the manifest that it leaves.

Source: Chisel documentation, "Chisel Manifest" and "jsonwall": zstd, one JSON object in a line. A slice is PACKAGE_SLICE.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, mapping, read_json

NAME: Final = "manifest.wall"
WANTS: Final = {f"name:{NAME}": 8 << 20}
# Of a manifest and of each byte of it; real ones unpack to six times as much.
_MAX_UNPACKED: Final = 32 << 20
_MAX_RATIO: Final = 20
_MAX_LINES: Final = 300_000
_MAX_LINE: Final = 16 << 10


def wanted(path: str) -> bool:
    """Return whether a file of that name is read; a slice may put it anywhere."""
    return True


def read(path: str, data: bytes) -> list[Package]:
    """Return the packages with the files that came of them."""
    packages: list[dict[str, Any]] = []
    files: defaultdict[str, list[str]] = defaultdict(list)
    for line in _unpacked(data).split(b"\n", _MAX_LINES)[:_MAX_LINES]:
        stated = mapping(read_json(line, _MAX_LINE))
        if stated.get("kind") == "package":
            packages.append(stated)
        elif stated.get("kind") == "content":
            place = clean(stated.get("path"), 4096)
            if place[-1:] != "/":
                files[clean(stated.get("slice")).partition("_")[0]].append(place.lstrip("/"))
    named = ((one, clean(one.get("name"), 200), clean(one.get("version"), 200)) for one in packages)
    return [
        Package("deb", name, version, arch=clean(one.get("arch"), 40), files=tuple(files.get(name, ())), path=path)
        for one, name, version in named
        if name and version
    ]


def without_repeats(packages: list[Package]) -> list[Package]:
    """Return packages without those of a manifest that dpkg's own files name, too."""
    stated = {one.name for one in packages if one.type == "deb" and not one.path.endswith(NAME)}
    return [one for one in packages if one.type != "deb" or not one.path.endswith(NAME) or one.name not in stated]


def _unpacked(data: bytes) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=64 << 20).stream_reader(data) as stream:
            return stream.read(min(_MAX_UNPACKED, _MAX_RATIO * len(data)))
    except (zstandard.ZstdError, ValueError):
        return b""
