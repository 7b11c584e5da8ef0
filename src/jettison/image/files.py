"""The files of an image or of a layer: numbers of rows in the columns of its layers, and objects of those that are asked for."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, KeysView, Mapping
from typing import TYPE_CHECKING

from jettison.image.image import FileEntry
from jettison.inventory.numbered import CODES, FILE, KINDS, NumberedFiles, Rows, Run, runs_of

if TYPE_CHECKING:
    from jettison.image.columns import Columns


class LayerRows(Rows):
    """The rows of all layers of an image, those of a layer together. checks, modes: as in `Columns`, by number."""

    __slots__ = ("_begins", "_columns", "_made", "_moved", "_runs", "checks", "modes")

    def __init__(self) -> None:
        super().__init__()
        self.checks = array("I")
        self.modes = array("H")
        self._columns: dict[int, Columns] = {}
        self._begins: dict[int, int] = {}
        self._made: dict[int, FileEntry] = {}
        # Layers of which a file is seen under another name than the one that the layer gives it.
        self._moved: set[int] = set()
        self._runs: list[Run] = []

    def add(self, columns: Columns, layer: int) -> range:
        """Add the rows of a layer; return their numbers."""
        begin, count = len(self.kinds), len(columns.names)
        self._runs = []
        self.names += columns.names
        self.kinds += columns.kinds
        self.sizes += columns.sizes
        self.checks += columns.checks
        self.modes += columns.modes
        self.layers += array("H", (layer,)) * count
        self._columns[layer] = columns
        self._begins[layer] = begin
        return range(begin, begin + count)

    def runs(self) -> list[Run]:
        """Return the runs of all rows, in their order; those of a layer as its columns have them."""
        if not self._runs:
            self._runs = self._all_runs()
        return self._runs

    def _all_runs(self) -> list[Run]:
        runs: list[Run] = []
        at = 0
        for layer, begin in self._begins.items():
            columns = self._columns[layer]
            end = begin + len(columns.names)
            known = None if layer in self._moved else columns.runs()
            if known is None:
                runs += runs_of(self.names[at:end], self.kinds[at:end], at)
            else:
                runs += runs_of(self.names[at:begin], self.kinds[at:begin], at)
                runs += [Run(folder, begin + first, begin + last) for folder, first, last in known]
            at = end
        return runs + runs_of(self.names[at:], self.kinds[at:], at)

    def name(self, number: int, path: str) -> None:
        """Note the path under which a row is seen."""
        if self.names[number] != path:
            self._runs = []
            self.names[number] = path
            self._moved.add(self.layers[number])

    def entry(self, number: int) -> FileEntry:
        """Return the one object for a row."""
        made = self._made.get(number)
        if made is None:
            layer = self.layers[number]
            columns, row = self._columns[layer], number - self._begins[layer]
            kind, link = KINDS[self.kinds[number]], columns.links.get(row, "")
            made = FileEntry(
                kind, self.sizes[number], self.modes[number], columns.uids[row], columns.gids[row], link, layer,
                columns, row, number,
            )  # fmt: skip
            self._made[number] = made
        return made

    def digests(self) -> dict[int, bytes]:
        """Return the sha256 of the contents of those rows of which one was made."""
        found: dict[int, bytes] = {}
        for layer, columns in self._columns.items():
            begin = self._begins[layer]
            found.update({begin + row: digest for row, digest in columns.digests.items()})
        return found

    def number_of(self, entry: FileEntry) -> int:
        """Return the number of an object, which it gets here where it has none."""
        if self._made.get(entry.number) is not entry:
            entry.number = len(self.kinds)
            self._runs = []
            self.names.append("")
            self.kinds.append(CODES[entry.kind])
            self.sizes.append(entry.size)
            self.checks.append(entry.check)
            self.modes.append(entry.mode)
            self.layers.append(entry.layer)
            self._made[entry.number] = entry
            if entry.original is not None:
                self.originals[entry.number] = self.number_of(entry.original)
        return entry.number

    def join(self, entry: FileEntry, content: FileEntry) -> None:
        """Let an entry be a further name of another's content."""
        entry.original = content
        entry.size, entry.kind, entry.link = content.size, content.kind, content.link
        entry.columns, entry.row = content.columns, content.row
        number, original = self.number_of(entry), self.number_of(content)
        self.originals[number] = original
        for column in (self.sizes, self.kinds, self.checks):
            column[number] = column[original]


class Files(NumberedFiles[FileEntry]):
    """Path without leading slash -> entry."""

    __slots__ = ("_rows", "numbers")

    def __init__(self, rows: LayerRows, numbers: dict[str, int]) -> None:
        self._rows = rows
        self.numbers = numbers

    @property
    def rows(self) -> LayerRows:
        """Return what the numbers mean."""
        return self._rows

    def __getitem__(self, path: str) -> FileEntry:
        return self._rows.entry(self.numbers[path])

    def get(self, path: str, default: FileEntry | None = None) -> FileEntry | None:  # type: ignore[override]
        """Return the entry of a path."""
        number = self.numbers.get(path)
        return default if number is None else self._rows.entry(number)

    def __setitem__(self, path: str, entry: FileEntry) -> None:
        number = self.numbers[path] = self._rows.number_of(entry)
        self._rows.name(number, path)

    def __delitem__(self, path: str) -> None:
        del self.numbers[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, path: object) -> bool:
        return path in self.numbers

    def in_folders(self, starts: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        """Yield (folder with a slash at its end, number) of each file whose folder begins with one of these."""
        names, kinds = self._rows.names, self._rows.kinds
        for folder, begin, end in self._rows.runs():
            full = f"{folder}/"
            if full.startswith(starts):
                for number in range(begin, end):
                    # A run also has what is hidden, and what turned out to be a further name of something else.
                    if self.numbers.get(names[number]) == number and kinds[number] == FILE:
                        yield full, number

    def without_entry(self, bases: frozenset[str]) -> Iterator[tuple[int, str]]:
        """Yield (layer, folder) of each folder of one of these names that has no entry of its own, by what lies in it."""
        rows = self._rows
        found: dict[str, int] = {}
        for folder, begin, end in rows.runs():
            if folder[folder.rfind("/") + 1 :] in bases and folder not in self.numbers and folder not in found:
                seen = (number for number in range(begin, end) if self.numbers.get(rows.names[number]) == number)
                number = next(seen, None)
                if number is not None:
                    found[folder] = rows.layers[number]
        yield from ((layer, folder) for folder, layer in found.items())

    def keys(self) -> KeysView[str]:
        """Return the paths."""
        return self.numbers.keys()


def as_files(files: Mapping[str, FileEntry]) -> Files:
    """Return the same files by number."""
    if isinstance(files, Files):
        return files
    made = Files(LayerRows(), {})
    for path, entry in files.items():
        made[path] = entry
    return made
