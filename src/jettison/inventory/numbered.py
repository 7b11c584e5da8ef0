"""Visible files by number: what passes over hundreds of thousands of them looks at columns, and makes no object of each."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from collections.abc import Mapping, MutableMapping
from typing import Final, Protocol, TypeVar

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


class Rows:
    """What entries say, by number. kinds: index in KINDS; sizes: bytes; layers: the number of each one's layer.

    originals: number of a hard link -> that of the entry whose bytes it shares.
    """

    __slots__ = ("kinds", "layers", "originals", "sizes")

    def __init__(self) -> None:
        self.kinds = bytearray()
        self.sizes = array("q")
        self.layers = array("H")
        self.originals: dict[int, int] = {}


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
    of_entry: dict[int, int] = {}
    for number, entry in enumerate(files.values()):
        rows.kinds.append(CODES[entry.kind])
        rows.sizes.append(entry.size)
        rows.layers.append(entry.layer)
        # The first of the names stands for the content, whichever that is.
        content = of_entry.setdefault(id(entry.original or entry), number)
        if content != number:
            rows.originals[number] = content
    return {path: number for number, path in enumerate(files)}, rows
