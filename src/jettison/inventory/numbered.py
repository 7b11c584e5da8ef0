"""Visible files by number: what passes over hundreds of thousands of them looks at columns, and makes no object of each."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Final, Protocol, TypeVar

from jettison.named_tuple import NamedTuple

KINDS: Final = ("file", "dir", "link", "other")
CODES: Final = {kind: number for number, kind in enumerate(KINDS)}
FILE: Final = CODES["file"]
DIR: Final = CODES["dir"]


class VisibleFile(Protocol):
    """One file of the merged view; image.image.FileEntry is one. kind: one of KINDS.

    original: of a hard link, the entry whose bytes it shares.
    """

    kind: str
    size: int
    link: str
    layer: int

    @property
    def original(self) -> VisibleFile | None: ...


class Run(NamedTuple):
    """Rows that follow one another and are files of one folder: from `begin` to before `end`."""

    folder: str
    begin: int
    end: int


def runs_of(names: list[str], kinds: bytes | bytearray, begin: int = 0) -> list[Run]:
    """Return the runs of rows with these names and kinds, the first of which has the number `begin`.

    Files are ten times as many as runs in an image: what concerns folders is asked, and summed, for a run at once.
    """
    runs: list[Run] = []
    last, since = None, 0
    for at, (name, kind) in enumerate(zip(names, kinds, strict=True), begin):
        folder = name.rpartition("/")[0] if kind == FILE else None
        if folder != last:
            if last is not None:
                runs.append(Run(last, since, at))
            last, since = folder, at
    if last is not None:
        runs.append(Run(last, since, begin + len(names)))
    return runs


class Rows:
    """What entries say, by number. kinds: index in KINDS; sizes: bytes; layers: the number of each one's layer.

    names: the path under which a visible one is seen; originals: number of a hard link -> that of the entry whose
    bytes it shares.
    """

    __slots__ = ("kinds", "layers", "names", "originals", "sizes")

    def __init__(self) -> None:
        self.names: list[str] = []
        self.kinds = bytearray()
        self.sizes = array("q")
        self.layers = array("H")
        self.originals: dict[int, int] = {}

    def runs(self) -> list[Run]:
        """Return the runs of all rows, in their order."""
        return runs_of(self.names, self.kinds)

    def shared(self) -> set[int]:
        """Return the numbers of what shares its bytes with others: of nearly every file there is one name."""
        return {*self.originals, *self.originals.values()}

    def hidden(self, visible: Iterable[int]) -> bytearray:
        """Return 1 for each row that is not among the visible ones, 0 for each that is."""
        hidden = bytearray(b"\1") * len(self.kinds)
        for number in visible:
            hidden[number] = 0
        return hidden


Entry = TypeVar("Entry")


class NumberedFiles(MutableMapping[str, Entry]):
    """Visible path -> entry, made when it is asked for. numbers: path -> number in `rows`, in the order of the paths."""

    numbers: dict[str, int]

    @property
    @abstractmethod
    def rows(self) -> Rows:
        """Return what the numbers mean."""


def numbered(files: Mapping[str, VisibleFile]) -> tuple[dict[str, int], Rows]:
    """Return path -> number, and what the numbers mean."""
    if isinstance(files, NumberedFiles):
        return files.numbers, files.rows
    rows = Rows()
    rows.names = list(files)
    of_entry: dict[int, int] = {}
    for number, entry in enumerate(files.values()):
        rows.kinds.append(CODES[entry.kind])
        rows.sizes.append(entry.size)
        rows.layers.append(entry.layer)
        # The first of the names stands for the content, whichever that is.
        content = of_entry.setdefault(id(entry.original or entry), number)
        if content != number:
            rows.originals[number] = content
    return {path: number for number, path in enumerate(rows.names)}, rows
