"""Checkpoints on the visible files of an image: rights, credentials, caches, what development left behind."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from jettison.image.checkpoint import Checkpoint, Found, in_layers, table
from jettison.image.files import as_files
from jettison.severity import Severity

if TYPE_CHECKING:
    from jettison.image.image import FileEntry, Image

_SET_ID: Final = 0o6000
_STICKY: Final = 0o1000
_OTHERS_WRITE: Final = 0o002


def file_checks(image: Image) -> Iterator[Checkpoint]:
    """Yield what the modes and names of files say."""
    yield from _modes(image)
    yield from _names(image)


def _modes(image: Image) -> Iterator[Checkpoint]:
    bits = _SET_ID | _OTHERS_WRITE
    files = as_files(image.files)
    modes = files.rows.modes.tolist()
    special = [path for path, number in files.numbers.items() if modes[number] & bits]
    marked = [(path, e) for path in special if (e := files[path]).kind in ("file", "dir")]
    set_id = [(e.layer, path) for path, e in marked if e.mode & _SET_ID and e.kind == "file"]
    if set_id:
        rights = "with the rights of the owner"
        yield in_layers(
            "CIS-DI-0008", (f"a program that runs {rights}", f"{{}} programs that run {rights}"), Severity.INFO, set_id
        )
    skipped, folders = tuple(table()["not_judged"]), frozenset(table()["open_folders"])
    open_ = [
        (e.layer, path)
        for path, e in marked
        if e.mode & (_STICKY | _OTHERS_WRITE) == _OTHERS_WRITE and path not in folders and not path.startswith(skipped)
    ]
    if open_:
        titles = ("a file or folder that everyone may write", "{} files and folders that everyone may write")
        yield in_layers("JT323", titles, Severity.MEDIUM, open_)


def _names(image: Image) -> Iterator[Checkpoint]:
    secret: list[tuple[int, str]] = []
    unneeded: list[tuple[int, str]] = []
    caches: defaultdict[str, Counter[int]] = defaultdict(Counter)
    bases, endings, folders = _wanted()
    not_below = tuple(table()["not_below"])
    # The last two characters of a path rule nearly all files out, the last part all others but these.
    ends = {name[-2:] for name in (*bases, *endings)}
    for path in [path for path in image.files if path[-2:] in ends]:
        if path[path.rfind("/") + 1 :] not in bases and path[path.rfind(".") :] not in endings:
            continue
        _sort(path, path[path.rfind("/") + 1 :], image.files[path], secret, unneeded, not_below, folders)
    cache, files = cache_pattern(), as_files(image.files)
    for folder, number in files.in_folders(cache_starts()):
        size = files.rows.sizes[number]
        if size and (match := cache.match(folder)):
            caches[match[0]][files.rows.layers[number]] += size
    if secret:
        yield in_layers("CIS-DI-0010", "files that hold credentials", Severity.HIGH, secret)
    for folder, sizes in sorted(caches.items()):
        if sizes.total() > table()["cache_least"]:
            found = [Found((folder,), 1, layer, None, size) for layer, size in sorted(sizes.items(), reverse=True)]
            title = f"a package manager's cache: /{folder}"
            yield Checkpoint("DKL-DI-0005", title, Severity.LOW, "").of(found)
    # Tools that make images without a builder leave entries of folders out.
    implied = [
        one for one in files.without_entry(folders) if not one[1].startswith(not_below) and not _is_within(one[1])
    ]
    unneeded = [*_filled(unneeded, image), *implied]
    if unneeded:
        yield in_layers("DKL-LI-0003", "files that no container needs", Severity.LOW, unneeded)
    servers = [(image.files[path].layer, path) for path in table()["unneeded_programs"] if path in image.files]
    if servers:
        yield in_layers("DKL-LI-0003", "a server for remote login", Severity.LOW, servers)


def _sort(
    path: str,
    base: str,
    entry: FileEntry,
    secret: list[tuple[int, str]],
    unneeded: list[tuple[int, str]],
    not_below: tuple[str, ...],
    folders: frozenset[str],
) -> None:
    if entry.kind == "file" and entry.size and _is_credential(path, base):
        secret.append((entry.layer, path))
    elif not path.startswith(not_below) and _is_left(base, entry.kind, folders) and not _is_within(path):
        unneeded.append((entry.layer, path))


def _is_left(base: str, kind: str, folders: frozenset[str]) -> bool:
    if kind == "dir":
        return base in folders
    return kind == "file" and (base in table()["unneeded_files"] or base.endswith(tuple(table()["unneeded_endings"])))


def _filled(places: list[tuple[int, str]], image: Image) -> list[tuple[int, str]]:
    """Return the places without the folders in which nothing lies."""
    folders = {path for _, path in places if image.files[path].kind == "dir"}
    if not folders:
        return places
    filled = {folder for path in image.files if (folder := path.rpartition("/")[0]) in folders}
    return [(layer, path) for layer, path in places if path not in folders or path in filled]


def _is_within(path: str) -> bool:
    return any(f"/{folder}" in f"/{path}" for folder in table()["not_within"])


def _is_credential(path: str, base: str) -> bool:
    data = table()
    if base in data["credential_files"] or any(
        path == one or path.endswith(f"/{one}") for one in data["credential_paths"]
    ):
        return not path.startswith(tuple(data["credential_not_below"])) and not _is_within(path)
    if base not in data["credential_words"] and not base.endswith(tuple(data["credential_endings"])):
        return False
    return not path.startswith(tuple(data["not_below"])) and not _is_within(path)


@lru_cache(maxsize=1)
def _wanted() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return (names, endings from the last dot on, names of folders) that are looked at more closely."""
    data = table()
    folders = frozenset(data["unneeded_folders"])
    names = folders.union(data["credential_files"], data["credential_words"], data["unneeded_files"])
    names = names.union(path.rpartition("/")[2] for path in data["credential_paths"])
    return names, frozenset((*data["unneeded_endings"], *data["credential_endings"])), folders


def cache_starts() -> tuple[str, ...]:
    """Return what every path in a package manager's cache begins with; others may, too."""
    return (*table()["cache_folders"], "root/", "home/")


@lru_cache(maxsize=1)
def cache_pattern() -> re.Pattern[str]:
    """Return what the beginning of a path in a package manager's cache matches."""
    fixed = "|".join(map(re.escape, table()["cache_folders"]))
    home = "|".join(map(re.escape, table()["home_caches"]))
    return re.compile(rf"(?:{fixed}|(?:root|home/[^/]+)/(?:{home}))")
