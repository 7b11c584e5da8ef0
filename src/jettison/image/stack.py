"""Layers over layers: the merged view of an image, and what each layer hides of those below it.

Whiteouts act on lower layers only. A path whose folder is a link lands where the link leads inside the image,
as when an engine unpacks it. What a layer holds twice under one name counts once; the rest is hidden at once.

Source: OCI image layer specification, "Whiteouts", "Opaque Whiteout" and "Applying Changesets".
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from jettison.image.columns import WHITEOUT
from jettison.image.files import Files, LayerRows
from jettison.inventory.links import followed
from jettison.inventory.numbered import DIR, FILE
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.collect import LayerFacts
    from jettison.image.elf import Elf
    from jettison.image.image import FileEntry

OPAQUE: Final = ".wh..wh..opq"
_RESERVED: Final = ".wh..wh."
# Which folders are remembered to have no link above them: enough for any real image, no more.
_SHORT: Final = 256
_MAX_PLAIN: Final = 200_000


class Covered(NamedTuple):
    """One file that nobody can see any more. entry: what holds its bytes; by: the layer that hid it.

    replacement: what took its place, None when it was deleted.
    """

    path: str
    entry: FileEntry
    by: int
    replacement: FileEntry | None


class LayerChange(NamedTuple):
    """What one layer did to the files below it; counts of files, bytes of its own files."""

    added: int
    changed: int
    removed: int
    bytes: int


class _Simple(NamedTuple):
    """What a layer adds whose order does not matter. numbers: of its rows; changed: what it replaces, but folders."""

    folders: set[str]
    links: set[str]
    marks: list[str]
    numbers: range
    changed: list[str]


class Stack:
    """The merged view while layers are laid on one another, the lowest first."""

    def __init__(self) -> None:
        self._rows = LayerRows()
        self.files = Files(self._rows, {})
        self.covered: list[Covered] = []
        self.changes: list[LayerChange] = []
        self.elves: dict[str, Elf] = {}
        self.texts: dict[str, bytes] = {}
        self.interpreters: dict[str, str] = {}
        # For dive's score: the sum of all sizes that were counted; the same of those that are visible no more, and path ->
        # the smallest of these. What is visible has its size in its entry.
        self.total = 0
        self._gone = 0
        self._smallest: dict[str, int] = {}
        # Of contents with several names: how many are visible, and the first.
        self._names: dict[int, list[Any]] = {}
        self._paths: list[str] | None = None
        self._implicit = False
        self._linked = False
        self._plain: set[str] = set()
        # Every path that ever was a link, and every folder that has no entry of its own.
        self._links: set[str] = set()
        self._implied: set[str] = set()

    def smallest(self) -> int:
        """Return the sum of the smallest size that each path ever had."""
        # Of a path that is visible and had other sizes, too, the larger one is too much.
        twice = self._smallest.keys() & self.files.keys()
        both = [(self._smallest[path], self.files[path].size) for path in twice if _is_counted(self.files[path])]
        return self.total - self._gone + sum(self._smallest.values()) - sum(map(max, both))

    def lay(self, facts: LayerFacts, number: int) -> None:
        """Lay the next layer on top."""
        numbers = facts.unfold(number, self._rows)
        self._paths = None
        for path, entry in facts.replaced:
            if entry.size:
                self.covered.append(Covered(path, entry, number, facts.entries[path]))
                self._count(path, entry.size)
        marks = _marks(facts)
        # A mark of deletion has no content; where one has, its bytes are stored and nobody sees them.
        self.covered += [Covered(path, facts.entries[path], number, None) for path in marks if facts.entries[path].size]
        removed = sum(self._whiteout(path, number) for path in marks)
        simple = self._simple(facts, marks, numbers)
        added, changed, more = (
            self._add(facts, frozenset(marks), number)
            if simple is None
            else (*self._add_at_once(facts, simple, number), 0)
        )
        self.changes.append(LayerChange(added, changed, removed + more, facts.size))
        known: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
            (self.elves, facts.elves), (self.texts, facts.texts), (self.interpreters, facts.interpreters)
        )  # fmt: skip
        for store, learnt in known:
            self._carry(store, learnt, facts, number, simple is not None)

    def _add(self, facts: LayerFacts, skipped: frozenset[str], number: int) -> tuple[int, int, int]:
        """Add the entries of a layer; return how many files it adds, changes and, in folders it replaces, removes."""
        added = changed = removed = 0
        files, hardlinks = self.files, facts.hardlinks
        last: str | None = None
        folder = ""
        for path, entry in facts.entries.items():
            if path in skipped or not path:
                continue
            parent = path[: max(path.rfind("/"), 0)]
            if parent != last:
                last, folder = parent, self._real(parent)
                if folder and folder not in files:
                    self._implicit = True
                    self._implied.add(folder)
            target = hardlinks.get(path)
            if folder != parent:
                path = f"{folder}/{path[len(parent) + 1 :]}" if folder else path[len(parent) + 1 :]
            if target is not None:
                self._join(target, entry, facts)
            kind, old = entry.kind, files.get(path)
            files[path] = entry
            if kind == "dir":
                if old is not None and old.kind != "dir":
                    self._hide(path, old, number, entry)
                continue
            if kind == "link":
                self._linked = True
                self._links.add(path)
                if path in self._plain:
                    self._plain.clear()
            if target is None:
                self.total += entry.size
            if old is not None and old.kind != "dir":
                changed += 1
                self._hide(path, old, number, entry)
                continue
            added += 1
            if old is not None or self._implicit:
                removed += self._below(path, number)
        return added, changed, removed

    def _simple(self, facts: LayerFacts, marks: list[str], numbers: range) -> _Simple | None:
        """Return what a layer adds that only adds files, and replaces some by others of the same name, as nearly all do.

        Nothing in it lies below a link or takes the place of a folder, so that its order does not matter. None where
        that is not so.
        """
        files, columns, all_kinds = self.files.numbers, facts.columns, self._rows.kinds
        links = {columns.names[index] for index in columns.links}
        folders = columns.folders()
        if folders is None or not (folders.isdisjoint(self._links) and folders.isdisjoint(links)):
            return None
        if not _is_tidy(facts, folders):
            return None
        if any(all_kinds[facts.entries.numbers[path]] != FILE or path in facts.hardlinks for path in marks):
            return None
        skipped = frozenset(marks)
        for path, source in facts.hardlinks.items():
            if source not in facts.entries or source in skipped or source == path or source in links:
                return None
        names, kinds = columns.names, columns.kinds
        if self._implied and any(
            kind != DIR and name in self._implied and name not in skipped
            for name, kind in zip(names, kinds, strict=True)
        ):
            return None
        # In the order of the archive.
        both = [(path, each) for path, each in zip(names, numbers, strict=True) if path in files] if files else []
        if skipped:
            both = [pair for pair in both if pair[0] not in skipped]
        if any((all_kinds[files[path]] == DIR) != (all_kinds[each] == DIR) for path, each in both):
            return None
        return _Simple(folders, links, marks, numbers, [path for path, each in both if all_kinds[each] != DIR])

    def _add_at_once(self, facts: LayerFacts, simple: _Simple, number: int) -> tuple[int, int]:
        """Add the entries of a simple layer; return how many files it adds and changes."""
        files, columns = self.files.numbers, facts.columns
        for path, source in facts.hardlinks.items():
            self._join(source, facts.entries[path], facts)
        self._linked = self._linked or bool(simple.links)
        self._links |= simple.links
        if not simple.links.isdisjoint(self._plain):
            self._plain.clear()
        old = [self.files[path] for path in simple.changed]
        files.update(zip(columns.names, simple.numbers, strict=True))
        files.pop("", None)
        for path in simple.marks:
            del files[path]
        for path, entry in zip(simple.changed, old, strict=True):
            self._hide(path, entry, number, self.files[path])
        implied = {folder for folder in simple.folders if folder and folder not in files}
        self._implicit = self._implicit or bool(implied)
        self._implied |= implied
        # Of the columns, in which further names of a file have no size.
        self.total += sum(columns.sizes) - sum(facts.entries[path].size for path in simple.marks)
        entries = len(columns.names) - len(simple.marks)
        return entries - columns.kinds.count(DIR) - len(simple.changed), len(simple.changed)

    def _carry(
        self, store: dict[str, Any], learnt: dict[str, Any], facts: LayerFacts, number: int, is_simple: bool
    ) -> None:
        """Let go what a layer replaces of what is known of files, and take what is known of its own."""
        if is_simple and store:
            files, layers = self.files.numbers, self._rows.layers
            for path in [path for path in store if (each := files.get(path)) is None or layers[each] == number]:
                del store[path]
        elif store:
            for path in facts.entries.keys() & store.keys():
                del store[path]
        store.update(learnt)
        for path, source in facts.hardlinks.items():
            if source in learnt:
                store[path] = learnt[source]

    def _count(self, path: str, size: int) -> None:
        """Count a size that a path had and that nobody can see."""
        self.total += size
        self._leave(path, size)

    def _leave(self, path: str, size: int) -> None:
        """Note a size that was counted and that nobody can see any more."""
        self._gone += size
        self._smallest[path] = min(self._smallest.get(path, size), size)

    def _whiteout(self, path: str, number: int) -> int:
        folder, _, base = path.rpartition("/")
        folder = self._real(folder)
        if base == OPAQUE:
            return self._below(folder, number)
        if base.startswith(_RESERVED):
            return 0
        target = f"{folder}/{base[len(WHITEOUT) :]}" if folder else base[len(WHITEOUT) :]
        entry = self.files.get(target)
        before = len(self.covered)
        removed = 0
        if entry is None or entry.kind == "dir":
            removed = self._below(target, number)
            self.files.pop(target, None)
        else:
            del self.files[target]
            self._hide(target, entry, number, None)
            removed = 1
        size = sum(row.entry.size for row in self.covered[before:]) if entry is None or entry.kind == "dir" else 0
        self._count(target, size)
        return removed

    def _below(self, folder: str, number: int) -> int:
        """Hide everything below a folder; return how many files went."""
        removed = 0
        for path in list(self._subtree(folder)):
            entry = self.files.pop(path, None)
            if entry is not None and entry.kind != "dir":
                removed += 1
                self._hide(path, entry, number, None)
        return removed

    def _subtree(self, folder: str) -> Iterator[str]:
        # Sorted paths keep a folder's contents together, without a tree that a hostile depth could blow up.
        if self._paths is None:
            self._paths = sorted(self.files)
        if not folder:
            yield from self._paths
            return
        # "0" is the character after "/".
        yield from self._paths[bisect_left(self._paths, f"{folder}/") : bisect_left(self._paths, f"{folder}0")]

    def _hide(self, path: str, entry: FileEntry, number: int, replacement: FileEntry | None) -> None:
        if _is_counted(entry):
            self._leave(path, entry.size)
        content = entry.original or entry
        names = self._names.get(id(content))
        if names is not None:
            names[0] -= 1
            if names[0]:
                return
            path = names[1]
        if content.size:
            self.covered.append(Covered(path, content, number, replacement))

    def _join(self, source: str, entry: FileEntry, facts: LayerFacts) -> None:
        """Make a hard link share the bytes of its target: in its own layer, else in one below."""
        target = facts.entries.get(source)
        if target is None or target is entry:
            folder, _, base = source.rpartition("/")
            folder = self._real(folder)
            target = self.files.get(f"{folder}/{base}" if folder else base)
        if target is None or target is entry or target.kind == "dir":
            return
        content = target.original or target
        if content is entry:
            # Two names that each claim to be the other.
            return
        self._rows.join(entry, content)
        self._names.setdefault(id(content), [1, source])[0] += 1

    def _real(self, folder: str) -> str:
        """Return where a folder is once links on the way are followed; itself when there are none."""
        if not self._linked or not folder:
            return folder
        files, at = self.files, folder
        while at:
            entry = files.get(at)
            if entry is not None and entry.kind == "link":
                # Past what a system follows the name stands for itself.
                real = followed(folder, files)
                return folder if real is None else real
            if at in self._plain:
                break
            at = at[: max(at.rfind("/"), 0)]
        # A folder under which nothing was found to be a link stays so until a link takes the place of a folder.
        if len(folder) < _SHORT and len(self._plain) < _MAX_PLAIN:
            self._plain.add(folder)
        return folder


def _is_counted(entry: FileEntry) -> bool:
    """Return whether a visible entry has a size of its own, which folders and further names have not."""
    if entry.kind == "dir" or entry.original is not None:
        return False
    return entry.columns is None or entry.row not in entry.columns.hardlinks


def _marks(facts: LayerFacts) -> list[str]:
    """Return the marks of deletion in a layer."""
    if not facts.columns.hides:
        return []
    # The first look rules nearly all out.
    return [
        path
        for path in dict.fromkeys(facts.columns.names)
        if WHITEOUT in path and path[path.rfind("/") + 1 :].startswith(WHITEOUT)
    ]


def _is_tidy(facts: LayerFacts, folders: set[str]) -> bool:
    """Return whether no name comes twice in a layer and only folders have the name of one; kept with the layer."""
    columns = facts.columns
    if not columns.is_tidy and not facts.replaced:
        entries = facts.entries.numbers
        begin = next(iter(entries.values()), 0)
        columns.is_tidy = all(columns.kinds[entries[path] - begin] == DIR for path in folders & entries.keys())
    return columns.is_tidy
