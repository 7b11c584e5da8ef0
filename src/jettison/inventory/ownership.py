"""Which package owns which visible file: by the lists of the packages, by the folder it lies in, by its source.

Source: Debian Policy, 10.1 (one owner for each file); PEP 376 and PEP 627 (RECORD).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from jettison.inventory.inventory import FolderSum, Inventory
from jettison.inventory.links import followed
from jettison.inventory.numbered import DIR, FILE, Rows, VisibleFile, numbered
from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package

# Longer paths of folders are looked up anew each time.
_SHORT: Final = 256
_COMPILED: Final = "/__pycache__"
_DISTRIBUTION: Final = ("deb", "apk", "rpm")


class _Links:
    """The real place of a path whose folders may be links (bin -> usr/bin), each folder looked up once."""

    __slots__ = ("_files", "_known")

    def __init__(self, files: Mapping[str, VisibleFile]) -> None:
        self._files = files
        self._known: dict[str, str] = {"": ""}

    def real(self, path: str) -> str:
        """Return the path with the links of its folders followed; the last part is left as it is."""
        folder, _, base = path.rpartition("/")
        known = self._known.get(folder)
        if known is None:
            # Past what a system follows the name stands for itself.
            known = followed(folder, self._files)
            known = folder if known is None else known
            self._known[folder] = known
        return f"{known}/{base}" if known else base


def owned(packages: list[Package], files: Mapping[str, VisibleFile], release: OsRelease | None) -> Inventory:
    """Return the inventory that packages make of the visible files, the first that lists a file being its owner."""
    links = _Links(files)
    numbers, rows = numbered(files)
    seen = _Seen(numbers, rows.kinds)
    distribution = (one for one in range(len(packages)) if packages[one].type in _DISTRIBUTION)
    owners = _claims(packages, distribution, seen, links)
    kept, dropped = _split(packages, owners, links)
    # Indexes change when packages are dropped.
    place = {old: new for new, old in enumerate(kept)}
    owner_of = {path: place[index] for path, index in owners.items()} if dropped else owners
    left = [packages[index] for index in kept]
    language = (one for one in range(len(left)) if left[one].type not in _DISTRIBUTION)
    for path, index in _claims(left, language, seen, links).items():
        owner_of.setdefault(path, index)
    unlisted = _Unlisted(left, owner_of)
    sizes, folders = _sums(len(left), owner_of, unlisted, numbers, rows)
    return Inventory(
        tuple(left),
        release,
        Owners(owner_of, unlisted, seen),
        tuple(sizes),
        sum(folder.unowned_bytes for folder in folders),
        tuple((packages[index], place[owner]) for index, owner in dropped),
        tuple(folders),
    )


class _Seen:
    """Visible paths that somebody can own: all but folders, which many packages share."""

    __slots__ = ("_kinds", "numbers")

    def __init__(self, numbers: dict[str, int], kinds: bytearray) -> None:
        self.numbers = numbers
        self._kinds = kinds

    def __contains__(self, path: str) -> bool:
        number = self.numbers.get(path)
        return number is not None and self._kinds[number] != DIR

    def __iter__(self) -> Iterator[str]:
        return (path for path, number in self.numbers.items() if self._kinds[number] != DIR)


class _Unlisted:
    """Owners of what no list holds, by where it lies.

    What Python compiled at installation is the owner's of the source. What lies in the folder of a package is the
    innermost such package's.
    """

    __slots__ = ("_folders", "_listed")

    def __init__(self, packages: list[Package], listed: Mapping[str, int]) -> None:
        self._listed = listed
        self._folders: dict[str, int | None] = {"": None}
        for index, package in enumerate(packages):
            if package.folder:
                self._folders.setdefault(package.folder, index)

    def of_folder(self, folder: str) -> int | None:
        """Return the index of the package in whose folder this one lies."""
        return self._folders[folder] if folder in self._folders else _innermost(folder, self._folders)

    def of_compiled(self, path: str, folder: str, otherwise: int | None) -> int | None:
        """Return the owner of what lies in a folder of compiled files, by its source's."""
        if not path.endswith(".pyc"):
            return otherwise
        base = path[len(folder) + 1 :]
        return self._listed.get(f"{folder[: -len(_COMPILED)]}/{base.partition('.')[0]}.py", otherwise)


class Owners(Mapping[str, int]):
    """Path of a visible file -> index of the package that owns it.

    What no list holds is looked up where it is asked for: of most files nobody asks.
    """

    __slots__ = ("_listed", "_seen", "_unlisted")

    def __init__(self, listed: Mapping[str, int], unlisted: _Unlisted, seen: _Seen) -> None:
        self._listed = listed
        self._unlisted = unlisted
        self._seen = seen

    def __getitem__(self, path: str) -> int:
        owner = self._listed.get(path)
        if owner is None and path in self._seen:
            folder = path[: max(path.rfind("/"), 0)]
            owner = self._unlisted.of_folder(folder)
            if folder.endswith(_COMPILED):
                owner = self._unlisted.of_compiled(path, folder, owner)
        if owner is None:
            raise KeyError(path)
        return owner

    def __iter__(self) -> Iterator[str]:
        return (path for path in self._seen if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _sums(
    packages: int, listed: Mapping[str, int], unlisted: _Unlisted, numbers: Mapping[str, int], rows: Rows
) -> tuple[list[int], list[FolderSum]]:
    """Return the bytes of each package and the sums of each folder: one pass over all files.

    Bytes with several names (hard links) are of the first of them.
    """
    sizes, folders = [0] * packages, []
    # Lists: each number of an array would be made anew.
    kinds, bytes_of, layers, originals = list(rows.kinds), rows.sizes.tolist(), rows.layers.tolist(), rows.originals
    shared, met = {*originals, *originals.values()}, set[int]()
    last, layer = "", -1
    count = full = size = unowned = unowned_bytes = 0
    # The folder that was looked up last: files of one follow one another.
    known, of_folder, compiled = None, None, False
    for path, number in numbers.items():
        if kinds[number] != FILE:
            continue
        cut = path.rfind("/")
        folder = path[:cut] if cut > 0 else ""
        # Files of one folder and one layer follow one another.
        if folder != last or layers[number] != layer:
            if count:
                folders.append(FolderSum(last, layer, count, full, size, unowned, unowned_bytes))
            last, layer = folder, layers[number]
            count = full = size = unowned = unowned_bytes = 0
        count += 1
        bytes_ = bytes_of[number]
        if not bytes_:
            continue
        # Nearly no content has further names, which one look tells.
        if number in shared:
            number = originals.get(number, number)
            if number in met:
                continue
            met.add(number)
        full += 1
        size += bytes_
        owner = listed.get(path)
        if owner is None:
            if folder != known:
                known, of_folder, compiled = folder, unlisted.of_folder(folder), folder.endswith(_COMPILED)
            owner = unlisted.of_compiled(path, folder, of_folder) if compiled else of_folder
        if owner is None:
            unowned += 1
            unowned_bytes += bytes_
        else:
            sizes[owner] += bytes_
    if count:
        folders.append(FolderSum(last, layer, count, full, size, unowned, unowned_bytes))
    return sizes, folders


def _innermost(folder: str, owners: dict[str, int | None]) -> int | None:
    """Return the owner of a folder or of the nearest one above it; what is learnt on the way is kept in `owners`."""
    passed = []
    while folder not in owners:
        # Deep trees of a hostile image would make many long names.
        if len(folder) < _SHORT:
            passed.append(folder)
        folder = folder[: max(folder.rfind("/"), 0)]
    owner = owners[folder]
    for each in passed:
        owners[each] = owner
    return owner


def _claims(packages: list[Package], indexes: Iterable[int], seen: _Seen, links: _Links) -> dict[str, int]:
    """Return which of the packages owns each visible file; the first that claims a path keeps it."""
    owners: dict[str, int] = {}
    for index in indexes:
        package = packages[index]
        if package.type not in _DISTRIBUTION and package.path:
            owners.setdefault(package.path, index)
        for path in package.files:
            # What is there under this very name lies in no folder that is a link.
            real = path if path in seen.numbers else links.real(path)
            if real in seen:
                owners.setdefault(real, index)
    return owners


def _split(
    packages: list[Package], owners: Mapping[str, int], links: _Links
) -> tuple[list[int], list[tuple[int, int]]]:
    kept, dropped = [], []
    for index, package in enumerate(packages):
        owner = None if package.type in _DISTRIBUTION else owners.get(links.real(package.path))
        if owner is None:
            kept.append(index)
        else:
            dropped.append((index, owner))
    return kept, dropped
