"""The entries of one layer as columns: small to send between processes and to keep."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, Final

from jettison.image.tar_header import Entry, TarError
from jettison.inventory.numbered import CODES, FILE, Run, runs_of

# Characters of the names of all folders of a layer: many times what any real one has.
MAX_FOLDERS: Final = 16 << 20
# What the name of a file that deletes another begins with (OCI image layer specification, "Whiteouts").
WHITEOUT: Final = ".wh."
# What no name of a tar can hold; one long text travels faster than many short ones.
_SEPARATOR: Final = "\0"
# Entries that are sent, or kept, at a time, so that there is never a second copy of all of them.
_BLOCK: Final = 1 << 14
# Of each number: its name and its type in an array (q: 64 bits, I: 32, H: 16).
_NUMBERS: Final = (("sizes", "q"), ("modes", "H"), ("uids", "q"), ("gids", "q"), ("mtimes", "q"), ("checks", "I"), ("offsets", "q"))  # fmt: skip


class Columns:
    """The entries in the order of the tar, hard links as files without bytes.

    links, hardlinks: index -> target; digests: index -> sha256 where one was made. checks: CRC-32 of the
    first 64 KiB of the content; marks: index -> what `Entry.mark` says, where it says something; offsets: where the content starts in the layer's tar, -1 where it cannot be read again.
    hides: whether some name may be a mark of deletion. is_tidy: whether no name comes twice and only a folder has the
    name of one, False also where nobody has looked.
    """

    __slots__ = (
        "_folders", "_runs", "checks", "digests", "gids", "hardlinks", "hides", "is_tidy", "kinds", "links", "marks", "modes", "mtimes", "names", "offsets",
        "sizes", "uids",
    )  # fmt: skip

    def __init__(self) -> None:
        self.names: list[str] = []
        self.kinds = bytearray()
        self.sizes = array("q")
        self.modes = array("H")
        self.uids = array("q")
        self.gids = array("q")
        self.mtimes = array("q")
        self.checks = array("I")
        self.offsets = array("q")
        self.links: dict[int, str] = {}
        self.hardlinks: dict[int, str] = {}
        self.digests: dict[int, bytes] = {}
        self.marks: dict[int, str] = {}
        self.hides = self.is_tidy = False
        self._folders: set[str] | None = None
        self._runs: list[Run] | None = None

    def runs(self) -> list[Run] | None:
        """Return the runs of the entries as this layer names them; None where the names of folders are too long in all.

        Nothing may be added afterwards but by `extend`.
        """
        if self._runs is None:
            self._look_at_folders()
        return self._runs if self._folders else None

    def folders(self) -> set[str] | None:
        """Return every folder that an entry lies in or below, "" included; None where their names are too long in all.

        Nothing may be added afterwards but by `extend`.
        """
        if self._folders is None:
            self._look_at_folders()
        return self._folders or None

    def _look_at_folders(self) -> None:
        self._runs = runs_of(self.names, self.kinds)
        own = {run.folder for run in self._runs}
        own.update([name[: max(name.rfind("/"), 0)] for name, kind in zip(self.names, self.kinds, strict=True) if kind])
        self._folders = _with_above(own)

    def add(self, path: str, entry: Entry, size: int, check: int, at: int) -> int:
        """Add one entry under its cleaned path; return its index."""
        index = len(self.names)
        kind = entry.kind
        if not path and kind != "dir":
            raise TarError("something that is no folder in place of the root")
        self.names.append(path)
        self.hides = self.hides or WHITEOUT in path
        if kind == "hardlink":
            self.hardlinks[index] = clean_path(entry.link)
            kind = "file"
        elif kind == "link":
            self.links[index] = entry.link
        if entry.mark:
            self.marks[index] = entry.mark
        self.kinds.append(CODES[kind])
        self.sizes.append(size)
        self.modes.append(entry.mode)
        self.uids.append(entry.uid)
        self.gids.append(entry.gid)
        self.mtimes.append(entry.mtime)
        self.checks.append(check)
        self.offsets.append(at)
        return index

    def add_all(self, paths: list[str], entries: list[Entry], checks: list[int], offsets: list[int]) -> None:
        """Add entries under their cleaned paths, each with its checksum and where its content is."""
        base = len(self.names)
        _, kinds, sizes, modes, uids, gids, links, mtimes, _, marks = zip(*entries, strict=True)
        codes = [CODES.get(kind, FILE) for kind in kinds]
        if "" in paths and any(not path and kind != "dir" for path, kind in zip(paths, kinds, strict=True)):
            raise TarError("something that is no folder in place of the root")
        if any(links):
            for index, (kind, link) in enumerate(zip(kinds, links, strict=True)):
                if kind == "hardlink":
                    self.hardlinks[base + index] = clean_path(link)
                elif kind == "link":
                    self.links[base + index] = link
        if any(marks):
            self.marks.update((base + index, mark) for index, mark in enumerate(marks) if mark)
        self.names += paths
        self.hides = self.hides or WHITEOUT in _SEPARATOR.join(paths)
        self.kinds += bytes(codes)
        self.sizes.extend(size if at >= 0 else 0 for size, at in zip(sizes, offsets, strict=True))
        for column, values in (
            (self.modes, modes), (self.uids, uids), (self.gids, gids), (self.mtimes, mtimes), (self.checks, checks),
            (self.offsets, offsets),
        ):  # fmt: skip
            column.extend(array(column.typecode, values))

    def extend(self, other: Columns) -> None:
        """Add the entries of the part of the tar that follows."""
        base = len(self.names)
        ours, theirs = self.folders() if base else {""}, other.folders()
        if ours is None or theirs is None:
            self._folders, self._runs = set(), []
        else:
            ours |= theirs
            self._folders = ours
            more = [Run(folder, base + begin, base + end) for folder, begin, end in other.runs() or ()]
            self._runs = [*(self._runs or ()), *more]
        self.hides, self.is_tidy = self.hides or other.hides, False
        self.names += other.names
        self.kinds += other.kinds
        for name, _ in _NUMBERS:
            getattr(self, name).extend(getattr(other, name))
        for column in ("links", "hardlinks", "digests", "marks"):
            getattr(self, column).update({base + index: value for index, value in getattr(other, column).items()})

    def add_digests(self, digests: dict[int, bytes]) -> None:
        """Add digests by where the contents start."""
        for index, at in enumerate(self.offsets):
            if at in digests:
                self.digests[index] = digests[at]

    def packed(self) -> Iterator[tuple[Any, ...]]:
        """Yield the same as plain values: what few entries have and then, for many at a time, what all have."""
        folders, runs = self.folders(), self.runs() or []
        place = {} if folders is None else {folder: at for at, folder in enumerate(folders)}
        joined = None if folders is None else _SEPARATOR.join(place)
        numbers = [array("I", [place[run.folder] for run in runs])]
        numbers += [array("I", bounds) for bounds in ([run.begin for run in runs], [run.end for run in runs])]
        yield (
            len(self.names), self.links, self.hardlinks, self.digests, self.marks, self.is_tidy, joined,
            tuple(one.tobytes() for one in numbers),
        )  # fmt: skip
        for begin in range(0, len(self.names), _BLOCK):
            rows = slice(begin, begin + _BLOCK)
            columns = tuple(getattr(self, name)[rows].tobytes() for name, _ in _NUMBERS)
            yield _SEPARATOR.join(self.names[rows]), bytes(self.kinds[rows]), columns


def unpack_columns(packed: Iterator[tuple[Any, ...]]) -> Columns:
    """Return the columns of which `packed` comes; ValueError where it is not all of it."""
    columns = Columns()
    count, columns.links, columns.hardlinks, columns.digests, columns.marks, columns.is_tidy, joined, runs = next(
        packed
    )
    folders = [] if joined is None else joined.split(_SEPARATOR)
    columns._folders = set(folders)
    of_each, begins, ends = (array("I", data) for data in runs)
    columns._runs = list(map(Run, map(folders.__getitem__, of_each), begins, ends))
    for names, kinds, numbers in packed:
        columns.hides = columns.hides or WHITEOUT in names
        columns.names += names.split(_SEPARATOR)
        columns.kinds += kinds
        for (name, _), data in zip(_NUMBERS, numbers, strict=True):
            getattr(columns, name).frombytes(data)
    if len(columns.names) != count:
        raise ValueError("cut off")
    return columns


def _with_above(found: set[str]) -> set[str]:
    """Return folders and all above those, "" included; nothing at all where that would be too much."""
    found.add("")
    left = MAX_FOLDERS - sum(map(len, found))
    for folder in tuple(found):
        while folder:
            folder = folder[: max(folder.rfind("/"), 0)]
            if folder in found:
                break
            found.add(folder)
            left -= len(folder)
        if left < 0:
            return set()
    return found


def clean_path(name: str) -> str:
    """Return the path inside the image that an entry's name means, without leading slash: nothing leads outside."""
    if name[-1:] == "/":
        name = name[:-1]
    # Most names are clean; the marks of those that are not are looked for at once.
    if "/." not in name and "//" not in name and name[:1] not in ("/", "."):
        return name
    done: list[str] = []
    for part in name.split("/"):
        if part == "..":
            del done[-1:]
        elif part not in ("", "."):
            done.append(part)
    return "/".join(done)
