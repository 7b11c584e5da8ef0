"""What a pass over a layer keeps of the files it sees.

One reading of the bytes serves every question: what the proof needs (programs, interpreters, accounts),
the packages, the secrets, and what tells a changed file from a touched one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from jettison.image.columns import Columns
from jettison.image.files import Files, LayerRows

if TYPE_CHECKING:
    from jettison.image.elf import Elf
    from jettison.image.image import FileEntry
    from jettison.secretscan.run import Placed
    from jettison.secretscan.scanner import Scanner

# A file up to this size is seen whole; of a larger one a scanner sees pieces, each beginning OVERLAP before the last
# one's end, and the inventory a view of the whole, which costs memory only where it is looked at.
WHOLE: Final = 64 << 20
PIECE: Final = 16 << 20
MAX_LARGE: Final = 512 << 20
OVERLAP: Final = 16 << 10
MAX_TEXT: Final = 4 << 20
# What a layer may keep in all: contents that the inventory joins later, texts.
MAX_KEPT: Final = 16 << 20
_ACCOUNTS: Final = frozenset(("etc/passwd", "etc/group", "etc/shadow", "etc/os-release"))
_PASSWORDS: Final = frozenset(("etc/passwd", "etc/group", "etc/shadow"))
_PASSWORD: Final = re.compile(rb"(?m)^([^:\n]*:)[^:\n]+")
Content = bytes | memoryview


def without_passwords(path: str, data: Content) -> Content:
    """Return a list of accounts with "*" for each password or hash in it: what is kept goes to the cache, too."""
    return _PASSWORD.sub(rb"\1*", bytes(data)) if path in _PASSWORDS else data


class LayerFacts:
    """What one layer's tar holds; its place in the image is known only at the end.

    entries: path -> entry in the order of the archive, whiteouts as they are named; known when the
    layers are laid on one another. hardlinks: path -> target. replaced: entries that a later one of the same
    tar and name replaces.
    contents: what the inventory wants of small files; packages: what it read of others, as tuples or objects.
    hits: path -> what a scanner found, as plain tuples. notes: what could not be read or was left out, and why.
    size: bytes of its files; compressed: bytes under gzip, 0 when not asked for. reach: of a part of a layer, where
    its first header begins and where the next part's does, counted from the start of the tar.
    """

    __slots__ = (
        "_entries", "_numbers", "_rows", "columns", "compressed", "contents", "elves", "hardlinks", "hits", "interpreters", "kept",
        "notes", "packages", "reach", "replaced", "sha256", "size", "texts",
    )  # fmt: skip

    def __init__(self, columns: Columns | None = None, sha256: str = "", size: int = 0) -> None:
        self.columns = Columns() if columns is None else columns
        self._rows = LayerRows()
        self._numbers = range(0)
        self._entries: Files | None = None
        self.hardlinks: dict[str, str] = {}
        self.replaced: list[tuple[str, FileEntry]] = []
        self.elves: dict[str, Elf] = {}
        self.texts: dict[str, bytes] = {}
        self.interpreters: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.packages: dict[str, list[Any]] = {}
        self.hits: dict[str, list[Any]] = {}
        self.notes: list[str] = []
        self.size = size
        self.kept = 0
        self.compressed = 0
        self.sha256 = sha256
        self.reach = (0, 0)

    def unfold(self, number: int, rows: LayerRows) -> range:
        """Add the columns to the rows of an image, as those of the layer of this number: that makes the entries.

        Returns their numbers there.
        """
        self._rows, self._numbers, self._entries = rows, rows.add(self.columns, number), None
        names = self.columns.names
        self.replaced, last = [], {}
        if not self.columns.is_tidy and len(self.entries) != len(names):
            last = {name: index for index, name in enumerate(names)}
            self.replaced = [
                (name, rows.entry(each))
                for index, (name, each) in enumerate(zip(names, self._numbers, strict=True))
                if last[name] != index
            ]
        self.hardlinks = {
            names[index]: target
            for index, target in self.columns.hardlinks.items()
            if last.get(names[index], index) == index
        }
        return self._numbers

    @property
    def entries(self) -> Files:
        """Return path -> entry; made when it is asked for, since of most layers nobody asks."""
        if self._entries is None:
            self._entries = Files(self._rows, dict(zip(self.columns.names, self._numbers, strict=True)))
        return self._entries

    def keep(self, store: dict[str, bytes], path: str, data: Content) -> None:
        """Keep the bytes of a file, as long as the layer does not keep too much."""
        if self.kept + len(data) > MAX_KEPT:
            note = f"more than {MAX_KEPT} bytes of package data: some was left out"
            if note not in self.notes:
                self.notes.append(note)
            return
        self.kept += len(data)
        store[path] = bytes(data)


class Collector(Protocol):
    """What a pass keeps. gzip: whether the size of each layer under gzip is wanted; digests: sha256 of every file.

    passes_over: whether what came with a distribution's package need not be searched for secrets.
    """

    gzip: bool
    digests: bool
    passes_over: bool

    @property
    def key(self) -> str:
        """Return what the results depend on besides the layer, "" when they are not kept for later runs."""

    def is_ready(self, now: bool = False) -> bool:
        """Return whether it can begin at once; now: make it so, whatever that takes."""

    def learn(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content, at: int) -> None:
        """Keep what is wanted of a file: of its whole content, or of the piece of a very large one at `at`."""

    def learn_run(self, facts: LayerFacts, files: Sequence[Placed], data: memoryview, search: bool = True) -> None:
        """Keep what is wanted of whole files that lie one after another in a piece of bytes.

        search: whether they are searched for secrets.
        """

    def learn_large(self, facts: LayerFacts, path: str, mode: int, size: int, data: memoryview) -> None:
        """Keep what is wanted of a very large file as a whole; its pieces were seen before."""

    def wants_name(self, path: str, mode: int) -> bool:
        """Return whether the content of a file would be kept for this name of it."""

    def learn_name(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content) -> None:
        """Keep what is wanted of a file for a further name of it (a hard link); the file was seen before."""


class InventoryCollector:
    """Keeps the packages, what the inventory joins across files, the accounts, and what a scanner finds."""

    gzip: bool = False

    def __init__(self, scanner: Scanner | None = None, digests: bool = False) -> None:
        from jettison.inventory import known_binaries
        from jettison.inventory.collect import HEAD, essence, is_large, is_program, read_alone, read_large, wants

        self.digests = digests
        self.passes_over = scanner is not None and not scanner.everything
        self.scanner = scanner
        self._wants = wants
        self._is_program = is_program
        self._is_large = is_large
        self._read_large = read_large
        self._read_alone = read_alone
        self._essence = essence
        self._head = HEAD
        self._is_known = known_binaries.wanted

    @property
    def key(self) -> str:
        """Return what the results depend on besides the layer."""
        return f"inventory {self.digests} {self.scanner.version if self.scanner else ''}"

    def is_ready(self, now: bool = False) -> bool:
        """Return whether the scanner's patterns are compiled; now: compile them."""
        return self.scanner is None or self.scanner.is_ready(now)

    def learn(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content, at: int) -> None:
        """Keep the packages of a file, or the file for later; let the scanner see it."""
        if self.scanner is not None:
            found = self.scanner.scan(path, mode, size, data, at)
            if found:
                facts.hits.setdefault(path, []).extend(found)
        if len(data) == size:
            self._keep(facts, path, mode, size, data, self._wants(path, size, mode))

    def learn_run(self, facts: LayerFacts, files: Sequence[Placed], data: memoryview, search: bool = True) -> None:
        """Let the scanner see the files of a run at once; keep the packages of each."""
        if self.scanner is not None and search:
            for path, found in self.scanner.scan_run(files, data):
                facts.hits.setdefault(path, []).extend(found)
        wants = self._wants
        for path, mode, size, at, _ in files:
            wanted = wants(path, size, mode)
            if wanted or path in _ACCOUNTS:
                self._keep(facts, path, mode, size, data[at : at + size], wanted)

    def learn_large(self, facts: LayerFacts, path: str, mode: int, size: int, data: memoryview) -> None:
        """Keep the packages of a very large file."""
        if size <= MAX_LARGE:
            self._keep(facts, path, mode, size, data, self._wants(path, size, mode))

    def wants_name(self, path: str, mode: int) -> bool:
        """Return whether the inventory reads files of this name; programs by their content, whatever their names."""
        wanted = self._wants(path, 1 << 20, mode)
        return wanted > 0 if wanted != self._head else self._is_known(path)

    def learn_name(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content) -> None:
        """Keep the packages of a file that has this name, too."""
        self._keep(facts, path, mode, size, data, self._wants(path, size, mode))

    def _keep(self, facts: LayerFacts, path: str, mode: int, size: int, data: Content, wanted: int) -> None:
        if path in _ACCOUNTS and size <= MAX_TEXT:
            facts.keep(facts.texts, path, without_passwords(path, data))
        if not wanted:
            return
        if self._is_large(path) or (wanted == self._head and self._is_program(size, data)):
            packages = self._read_large(path, data)
        elif wanted == self._head and size > wanted:
            return
        else:
            alone = self._read_alone(path, data[:wanted])
            if alone is None:
                facts.keep(facts.contents, path, self._essence(path, data[:wanted]))
                return
            packages = alone
        if packages:
            facts.packages[path] = packages
