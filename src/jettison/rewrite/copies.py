"""Many files to few COPY lines: whole folders where nothing else lies in them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from jettison.knowledge.runtime_files import DEPENDENCIES, SHARED_FOLDERS

MAX_LINES: Final = 24
# Files that one line may name.
MAX_SOURCES: Final = 40
# What may come along with a folder when listing its files one by one would be unreadable: bytes.
MAX_EXTRA: Final = 64 * 1024


class Copy(NamedTuple):
    """One COPY: what, and where to. A folder is copied onto itself, files into their folder."""

    sources: tuple[str, ...]
    target: str


def copies(kept: Collection[str], sizes: Mapping[str, int], folders: Collection[str]) -> tuple[Copy, ...]:
    """Return the COPY lines, those of dependencies first.

    kept: paths without leading slash; sizes: bytes of every file of the image; folders: those of `kept` that are
    empty folders.
    """
    for extra in (0, MAX_EXTRA, 16 * MAX_EXTRA):
        found = _lines(_roots(set(kept), sizes, extra), set(folders))
        if len(found) <= MAX_LINES and all(len(copy.sources) <= MAX_SOURCES for copy in found):
            break
    return tuple(sorted(found, key=lambda copy: (not _is_dependency(copy), copy.target)))


def _is_dependency(copy: Copy) -> bool:
    return bool(DEPENDENCIES & set(copy.target.split("/")))


def _roots(kept: set[str], sizes: Mapping[str, int], extra: int) -> list[tuple[str, bool]]:
    """Return (path, whether it is a folder) of what covers the kept files and at most `extra` other bytes a folder."""
    wanted: dict[str, int] = defaultdict(int)
    other: dict[str, int] = defaultdict(int)
    apart: set[str] = set()
    children: dict[str, set[str]] = defaultdict(set)
    for path in {*sizes, *kept}:
        keep = path in kept
        size = sizes.get(path, 0)
        at = path
        while at:
            parent = posixpath.dirname(at)
            if keep:
                children[parent].add(at)
                wanted[parent] += 1
                inner = not DEPENDENCIES.isdisjoint(parent.split("/"))
                if parent and not inner and (posixpath.basename(at) in DEPENDENCIES or at in apart):
                    apart.add(parent)
            else:
                other[parent] += size + 1
            at = parent
    found: list[tuple[str, bool]] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        for path in sorted(children[folder]):
            if path in kept and path not in children:
                found.append((path, False))
            elif path in SHARED_FOLDERS or path in apart or other[path] > extra:
                waiting.append(path)
            else:
                found.append((path, True))
    return found


def _lines(roots: Iterable[tuple[str, bool]], folders: set[str]) -> list[Copy]:
    whole = [Copy((path,), path) for path, is_folder in roots if is_folder or path in folders]
    files: dict[str, list[str]] = defaultdict(list)
    for path, is_folder in roots:
        if not is_folder and path not in folders:
            files[posixpath.dirname(path)].append(path)
    return [*whole, *(Copy(tuple(sorted(paths)), f"{folder}/") for folder, paths in files.items())]
