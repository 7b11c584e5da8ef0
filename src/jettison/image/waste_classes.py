"""Visible bytes that an image could often do without: documentation, package caches, second copies, files of no package.

The classes overlap: a cache may be of no package too. What the Dockerfile's own layers wrote is told apart from
what came with the base image.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jettison.image.checkpoint import table
from jettison.image.file_checks import cache_pattern, cache_starts
from jettison.image.files import as_files
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

DOCUMENTATION: Final = "documentation"
CACHES: Final = "package caches"
DUPLICATES: Final = "second copies"
UNOWNED: Final = "files of no package"
MAX_PLACES: Final = 20


class WasteClass(NamedTuple):
    """One class. own: bytes in layers of the Dockerfile, None where it is not known which those are.

    files: their number; places: (path without a leading slash, bytes), the largest first.
    """

    name: str
    bytes: int
    own: int | None
    files: int
    places: tuple[tuple[str, int], ...]


class _Sum:
    __slots__ = ("bytes", "files", "own", "places")

    def __init__(self) -> None:
        self.bytes = self.own = self.files = 0
        self.places: defaultdict[str, int] = defaultdict(int)

    def add(self, size: int, files: int, own: bool, place: str) -> None:
        self.bytes += size
        self.files += files
        self.own += size if own else 0
        self.places[place] += size


def waste_classes(seen: Inspection) -> tuple[WasteClass, ...]:
    """Return every class, one of 0 bytes too, so that reports can be compared."""
    owns = [origin.line is not None for origin in seen.origins]
    known = any(owns)
    documentation, caches, unowned = _Sum(), _Sum(), _Sum()
    kinds: dict[str, tuple[str, str]] = {}
    starts = cache_starts()
    for folder, layer, _, full, size, free, free_bytes in seen.inventory.folders:
        if not full:
            continue
        # Folders are few beside files: what a name means is asked once for each.
        kind = kinds.get(folder)
        if kind is None:
            kind = kinds[folder] = _kind(folder, starts)
        cache, top = kind
        if cache:
            caches.add(size, full, owns[layer], cache)
        if free:
            unowned.add(free_bytes, free, owns[layer], top)
    _add_documentation(documentation, seen, owns)
    return (
        _class(DOCUMENTATION, documentation, known),
        _class(CACHES, caches, known),
        _copies(seen, owns, known),
        _class(UNOWNED, unowned, known),
    )


def _add_documentation(documentation: _Sum, seen: Inspection, owns: list[bool]) -> None:
    """Add every file of a folder of documentation, but those that are kept there by name, such as licences."""
    kept, pattern = table()["documentation_kept"], _documentation()
    files = as_files(seen.image.files)
    rows = files.rows
    met: set[int] = set()
    for folder, number in files.in_folders(tuple(table()["documentation_folders"])):
        manual, content = pattern.match(folder), rows.originals.get(number, number)
        if manual and rows.sizes[number] and content not in met and rows.names[number][len(folder) :] not in kept:
            met.add(content)
            documentation.add(rows.sizes[number], 1, owns[rows.layers[number]], manual[0].rstrip("/"))


def _kind(folder: str, starts: tuple[str, ...]) -> tuple[str, str]:
    """Return (folder of a cache, "" where it is none; the folder's two upper parts); starts: what caches begin with."""
    cache = cache_pattern().match(f"{folder}/") if f"{folder}/".startswith(starts) else None
    return cache[0].rstrip("/") if cache else "", "/".join(folder.split("/", 2)[:2])


@lru_cache(maxsize=1)
def _documentation() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, table()["documentation_folders"])))


def _class(name: str, summed: _Sum, known: bool) -> WasteClass:
    places = sorted(summed.places.items(), key=lambda item: (-item[1], item[0]))[:MAX_PLACES]
    return WasteClass(name, summed.bytes, summed.own if known else None, summed.files, tuple(places))


def _copies(seen: Inspection, owns: list[bool], known: bool) -> WasteClass:
    waste = seen.waste
    own = sum(size for layer, (size, _) in waste.copied_by.items() if owns[layer])
    places = tuple((one.paths[0], one.bytes) for one in waste.copies[:MAX_PLACES])
    count = sum(number for _, number in waste.copied_by.values())
    return WasteClass(DUPLICATES, waste.duplicates, own if known else None, count, places)
