"""Which package owns which visible file: by the lists of the packages, by the folder it lies in, by its source.

Source: Debian Policy, 10.1 (one owner for each file); PEP 376 and PEP 627 (RECORD).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from jettison.inventory.hard_links import Contents
from jettison.inventory.inventory import FolderSum, Inventory
from jettison.inventory.links import followed
from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package

# Longer paths of folders are looked up anew each time.
_SHORT: Final = 256
_COMPILED: Final = "/__pycache__"
_DISTRIBUTION: Final = ("deb", "apk", "rpm")


class VisibleFile(Protocol):
    """One file of the merged view; image.image.FileEntry is one. kind: "file", "dir", "link" or "other".

    original: of a hard link, the entry whose bytes it shares.
    """

    kind: str
    size: int
    link: str
    layer: int

    @property
    def original(self) -> VisibleFile | None: ...


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
    owners = _claims(
        packages, (one for one in range(len(packages)) if packages[one].type in _DISTRIBUTION), files, links
    )
    kept, dropped = _split(packages, owners, links)
    # Indexes change when packages are dropped.
    place = {old: new for new, old in enumerate(kept)}
    owner_of = {path: place[index] for path, index in owners.items()}
    left = [packages[index] for index in kept]
    language = (one for one in range(len(left)) if left[one].type not in _DISTRIBUTION)
    for path, index in _claims(left, language, files, links).items():
        owner_of.setdefault(path, index)
    rest = _Rest(left, owner_of, files)
    owner_of.update(rest.claimed)
    return Inventory(
        tuple(left),
        release,
        owner_of,
        tuple(rest.sizes),
        sum(folder.unowned_bytes for folder in rest.folders),
        tuple((packages[index], place[owner]) for index, owner in dropped),
        tuple(rest.folders),
    )


class _Rest:
    """What no list holds, given to an owner where it can be, and the sums over all files: one pass over them.

    What Python compiled at installation is the owner's of the source. What lies in the folder of a package is the
    innermost such package's. claimed: path -> index of the owner; sizes: bytes of each package; folders: sums.
    Bytes with several names (hard links) are of the first of them.
    """

    __slots__ = ("_folders", "_listed", "claimed", "folders", "sizes")

    def __init__(self, packages: list[Package], listed: Mapping[str, int], files: Mapping[str, VisibleFile]) -> None:
        self.claimed: dict[str, int] = {}
        self.sizes = [0] * len(packages)
        self.folders: list[FolderSum] = []
        self._listed = listed
        self._folders: dict[str, int | None] = {"": None}
        for index, package in enumerate(packages):
            if package.folder:
                self._folders.setdefault(package.folder, index)
        self._pass_over(files)

    def _pass_over(self, files: Mapping[str, VisibleFile]) -> None:
        listed, claimed, sizes, add = self._listed, self.claimed, self.sizes, self.folders.append
        shared = {id(entry.original) for entry in files.values() if entry.original is not None}
        contents = Contents(shared)
        last, layer = "", -1
        count = full = size = unowned = unowned_bytes = 0
        # The folder that was looked up last: files of one follow one another.
        known, of_folder, compiled = None, None, False
        for path, entry in files.items():
            kind = entry.kind
            if kind == "dir":
                continue
            cut = path.rfind("/")
            folder = path[:cut] if cut > 0 else ""
            owner = listed.get(path)
            if owner is None:
                if folder != known:
                    known, of_folder, compiled = folder, self._of_folder(folder), folder.endswith(_COMPILED)
                owner = self._of_source(path, folder, of_folder) if compiled else of_folder
                if owner is not None:
                    claimed[path] = owner
            if kind != "file":
                continue
            # Files of one folder and one layer follow one another.
            if folder != last or entry.layer != layer:
                if count:
                    add(FolderSum(last, layer, count, full, size, unowned, unowned_bytes))
                last, layer = folder, entry.layer
                count = full = size = unowned = unowned_bytes = 0
            count += 1
            bytes_ = entry.size
            if not bytes_:
                continue
            # Nearly no content has further names, which one look tells.
            if shared and (entry.original is not None or id(entry) in shared) and not contents.is_new(entry):
                continue
            full += 1
            size += bytes_
            if owner is None:
                unowned += 1
                unowned_bytes += bytes_
            else:
                sizes[owner] += bytes_
        if count:
            add(FolderSum(last, layer, count, full, size, unowned, unowned_bytes))

    def _of_folder(self, folder: str) -> int | None:
        return self._folders[folder] if folder in self._folders else _innermost(folder, self._folders)

    def _of_source(self, path: str, folder: str, otherwise: int | None) -> int | None:
        """Return the owner of what may have been compiled, by its source's."""
        if not path.endswith(".pyc"):
            return otherwise
        base = path[len(folder) + 1 :]
        return self._listed.get(f"{folder[: -len(_COMPILED)]}/{base.partition('.')[0]}.py", otherwise)


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


def _claims(
    packages: list[Package], indexes: Iterable[int], files: Mapping[str, VisibleFile], links: _Links
) -> dict[str, int]:
    """Return which of the packages owns each visible file; the first that claims a path keeps it."""
    owners: dict[str, int] = {}
    for index in indexes:
        package = packages[index]
        if package.type not in _DISTRIBUTION and package.path:
            owners.setdefault(package.path, index)
        for path in package.files:
            # What is there under this very name lies in no folder that is a link.
            real, entry = path, files.get(path)
            if entry is None:
                real = links.real(path)
                entry = files.get(real)
            # Folders are shared by many packages; nobody owns them.
            if entry is not None and entry.kind != "dir":
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
