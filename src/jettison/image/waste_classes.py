"""Visible bytes that an image could often do without: documentation, package caches, second copies, files of no package.

The classes overlap: a cache may be of no package too. What the Dockerfile's own layers wrote is told apart from
what came with the base image.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jettison.image.checkpoint import table
from jettison.image.file_checks import cache_pattern

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

DOCUMENTATION: Final = "documentation"
CACHES: Final = "package caches"
DUPLICATES: Final = "second copies"
UNOWNED: Final = "files of no package"
MAX_PLACES: Final = 20


@dataclass(frozen=True, slots=True)
class WasteClass:
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

    def add(self, size: int, own: bool, place: str) -> None:
        self.bytes += size
        self.files += 1
        self.own += size if own else 0
        self.places[place] += size


def waste_classes(seen: Inspection) -> tuple[WasteClass, ...]:
    """Return every class, one of 0 bytes too, so that reports can be compared."""
    owns = [origin.line is not None for origin in seen.origins]
    known = any(owns)
    documentation, caches, unowned = _Sum(), _Sum(), _Sum()
    owners = seen.inventory.owner_of
    kept = table()["documentation_kept"]
    kinds: dict[str, tuple[str, str, str]] = {}
    for path, entry in seen.image.files.items():
        if entry.kind != "file" or not entry.size:
            continue
        cut = max(path.rfind("/"), 0)
        folder = path[:cut]
        # Folders are few beside files: what a name means is asked once for each.
        kind = kinds.get(folder)
        if kind is None:
            kind = kinds[folder] = _kind(folder)
        manual, cache, top = kind
        own = owns[entry.layer]
        if manual and path[cut + 1 :] not in kept:
            documentation.add(entry.size, own, manual)
        if cache:
            caches.add(entry.size, own, cache)
        if path not in owners:
            unowned.add(entry.size, own, top)
    return (
        _class(DOCUMENTATION, documentation, known),
        _class(CACHES, caches, known),
        _copies(seen, owns, known),
        _class(UNOWNED, unowned, known),
    )


def _kind(folder: str) -> tuple[str, str, str]:
    """Return (folder of documentation, folder of a cache, its two upper parts); "" for what it is not."""
    below = f"{folder}/"
    manual, cache = _documentation().match(below), cache_pattern().match(below)
    return (
        manual[0].rstrip("/") if manual else "",
        cache[0].rstrip("/") if cache else "",
        "/".join(folder.split("/")[:2]),
    )


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
