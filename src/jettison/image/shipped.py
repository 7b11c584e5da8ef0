"""Which files of a layer came with a distribution's package in that very layer, and are as they were unpacked.

What everybody can download is no secret, and of most images it is the larger part. A file came with a package when
the package's list, which its installation writes, lies in the same layer, holds the file, and is younger than it:
dpkg keeps the times of the package, so that what was written or changed afterwards is as young as the list, or younger.
Settings (below etc) are never taken for it by this.

The lists lie near the end of a layer, whose entries engines sort by name: they are found by halving, so that the files
in front of them can be passed over. Where they are not found, nothing is.

Source: dpkg(1), "FILES"; Debian Policy 10.1; Filesystem Hierarchy Standard 3.0, chapter 3, and the merged /usr.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jettison.image.columns import clean_path
from jettison.image.tar import likely_header, walk
from jettison.image.tar_header import Entry, TarError
from jettison.inventory.dpkg import INFO_FOLDER

if TYPE_CHECKING:
    from jettison.image.blob import Blob
    from jettison.image.collect import LayerFacts

# A smaller layer is searched before its lists are found.
WORTH: Final = 16 << 20
# Bytes of all lists of a layer: many times what the largest images have.
MAX_LISTS: Final = 32 << 20
# Where halving ends, and how many entries are then passed on the way to the lists.
_NEAR: Final = 256 << 10
_MAX_PASSED: Final = 8192
_LISTS: Final = tuple(INFO_FOLDER.rstrip("/").split("/"))
# Folders that only packages write to; those beside usr are links into it since /usr was merged.
_MERGED: Final = "usr/"
_PATHS: Final = re.compile(r"^/((?:usr|s?bin|lib(?:32|64|x32)?)/[^\n]+)", re.MULTILINE)


@lru_cache(maxsize=2)
def shipped_in(blob: Blob) -> Mapping[str, int]:
    """Return path -> seconds since 1970, of what packages list in a plain layer; a file older than that came with one.

    Raises:
        ImageError, OSError: it cannot be read.
    """
    if blob.size < WORTH:
        return {}
    found: dict[str, int] = {}
    data = blob.map()
    try:
        for content, mtime in _lists(data, blob.offset, blob.offset + blob.size):
            _add(found, content, mtime)
    except TarError:
        # Whoever reads all of it says so.
        found = {}
    finally:
        data.close()
    return found


def shipped_of(facts: LayerFacts) -> Mapping[str, int]:
    """Return the same of a layer that was read with an inventory."""
    found: dict[str, int] = {}
    for path, content in facts.contents.items():
        entry = facts.entries.get(path) if _is_list(path) else None
        if entry is not None:
            _add(found, content, entry.mtime)
    return found


def _add(found: dict[str, int], content: bytes, mtime: int) -> None:
    for path in _PATHS.findall(content.decode("utf-8", "surrogateescape")):
        found[path] = mtime
        if not path.startswith(_MERGED):
            found[f"{_MERGED}{path}"] = mtime


def _is_list(path: str) -> bool:
    return path.startswith(INFO_FOLDER) and path.endswith(".list")


def _lists(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Yield (content, time) of the lists that lie together somewhere in a tar whose entries are sorted."""
    first = _in_front_of_lists(data, start, end)
    passed, room = 0, MAX_LISTS
    for entry in walk(data, start, end, first, None, first):
        path = clean_path(entry.name)
        if _is_list(path):
            room -= entry.size
            if room < 0:
                return
            if entry.kind == "file":
                yield data[start + entry.at : start + entry.at + entry.size], entry.mtime
        elif not path.startswith(INFO_FOLDER):
            passed += 1
            if passed > _MAX_PASSED or _key(entry)[: len(_LISTS)] > _LISTS:
                return


def _in_front_of_lists(data: mmap.mmap, start: int, end: int) -> int:
    """Return where a header begins that stands in front of the lists, counted from `start`."""
    low, high = 0, end - start
    while high - low > _NEAR:
        middle = (low + high) // 2
        found = likely_header(data, start, end, middle, high)
        entry = None if found is None else next(walk(data, start, end, found, None, found), None)
        if found is None or entry is None or _key(entry) >= _LISTS:
            high = middle
        else:
            low = found
    return low


def _key(entry: Entry) -> tuple[str, ...]:
    # Engines sort folder by folder: what is in a folder stands in front of its next sibling.
    return tuple(clean_path(entry.name).split("/"))
