"""Which bytes of an image nobody can see, exactly: who wrote them, who hid them, and how.

Hidden bytes are the bytes of all layers less those of the visible files; hard links share their bytes, which
are hidden when the last name is gone. dive's efficiency is computed beside it for comparison: it counts every
copy of a path that occurs twice, so it promises about twice what can be gained.

Source of the score: the description of dive's efficiency in its own documentation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from jettison.image.files import Files, LayerRows, as_files
from jettison.image.stack import Covered, LayerChange, Stack
from jettison.inventory.numbered import FILE
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.image import FileEntry, Image

DELETED: Final = "deleted"
OVERWRITTEN: Final = "overwritten"
METADATA: Final = "only its owner, mode or time changed"
MAX_COPIES: Final = 50
MAX_NAMES: Final = 5


class Hidden(NamedTuple):
    """One file that a later layer hides. bytes: what it takes in the layer that wrote it."""

    path: str
    bytes: int
    written: int
    hidden: int
    cause: str


class Copies(NamedTuple):
    """One content under several visible names. bytes: of all copies but one; number: of names; paths: some of the names, the lowest layer's first."""

    bytes: int
    number: int
    paths: tuple[str, ...]


class Waste(NamedTuple):
    """hidden: every hidden file; duplicates: bytes of further copies of the same content among visible files.

    copies: the largest of those; copied_by: layer -> (bytes, number) of the copies that it holds, the copy in the
    lowest layer being the one that stays; score: dive's efficiency, 1.0 when nothing has size.
    learnt: (layer, where a content starts in its tar) -> sha256, where one had to be made.
    """

    hidden: tuple[Hidden, ...]
    layers: tuple[LayerChange, ...]
    visible_bytes: int
    duplicates: int
    score: float
    copies: tuple[Copies, ...] = ()
    copied_by: dict[int, tuple[int, int]] = {}
    learnt: dict[tuple[int, int], bytes] = {}

    @property
    def hidden_bytes(self) -> int:
        """Return the bytes that nobody can see."""
        return sum(item.bytes for item in self.hidden)


def find_waste(image: Image) -> Waste:
    """Return the waste of an image."""
    stack: Stack = image.stack
    rows = stack.files.rows
    visible_bytes, same = _same(stack.files)
    replaced = [row for row in stack.covered if _may_be_touched(row)]
    learnt = _make_digests(image, _without_digest(same, replaced, rows))
    duplicates, copies, copied_by = _copies(same, rows)
    return Waste(
        tuple(Hidden(row.path, row.entry.size, row.entry.layer, row.by, _cause(row)) for row in stack.covered),
        tuple(stack.changes),
        visible_bytes,
        duplicates,
        stack.smallest() / stack.total if stack.total else 1.0,
        copies,
        copied_by,
        learnt,
    )


def visible_contents(image: Image) -> Iterator[tuple[str, FileEntry]]:
    """Yield each visible content that has bytes once, with one of its names."""
    files = as_files(image.files)
    rows = files.rows
    for path, number in zip(*_contents(files), strict=True):
        if rows.kinds[number] == FILE and rows.sizes[number]:
            yield path, rows.entry(number)


def _contents(files: Files) -> tuple[list[str], list[int]]:
    """Return the paths and the numbers of all files, of those that share their bytes one."""
    originals = files.rows.originals
    if not originals:
        return list(files.numbers), list(files.numbers.values())
    first: dict[int, str] = {}
    for path, number in files.numbers.items():
        first.setdefault(originals.get(number, number), path)
    return list(first.values()), list(first)


def _same(files: Files) -> tuple[int, list[list[tuple[str, int]]]]:
    """Return the bytes of all visible contents, and those with the size and the checksum of another.

    Those that seem to be equal are together, each as one of its names and its number.
    """
    rows = files.rows
    sizes = [size if kind == FILE else 0 for size, kind in zip(rows.sizes, rows.kinds, strict=True)]
    keys = [size << 32 | check if size else 0 for size, check in zip(sizes, rows.checks, strict=True)]
    paths, numbers = _contents(files)
    of_each = list(map(keys.__getitem__, numbers))
    several = {key: list[tuple[str, int]]() for key, count in Counter(of_each).items() if count > 1 and key}
    for path, number, key in zip(paths, numbers, of_each, strict=True):
        if key in several:
            several[key].append((path, number))
    return sum(map(sizes.__getitem__, numbers)), list(several.values())


def _may_be_touched(row: Covered) -> bool:
    new = row.replacement
    return new is not None and new.kind == "file" and (new.size, new.check) == (row.entry.size, row.entry.check)


def _cause(row: Covered) -> str:
    if row.replacement is None:
        return DELETED
    digest, new = row.entry.digest, (row.replacement.original or row.replacement).digest
    return METADATA if _may_be_touched(row) and digest and digest == new else OVERWRITTEN


def _without_digest(same: list[list[tuple[str, int]]], replaced: list[Covered], rows: LayerRows) -> list[FileEntry]:
    known = rows.digests()
    without = [rows.entry(number) for group in same for _, number in group if number not in known]
    wanted = {id(entry): entry for entry in without}
    for row in replaced:
        for entry in (row.entry, row.replacement):
            if entry is not None and not entry.digest:
                content = entry.original or entry
                wanted[id(content)] = content
    return list(wanted.values())


def _make_digests(image: Image, entries: Iterable[FileEntry]) -> dict[tuple[int, int], bytes]:
    """Read again, of a layer that can be, the files that seem to be equal; return what was learnt."""
    learnt: dict[tuple[int, int], bytes] = {}
    by_layer: defaultdict[int, list[FileEntry]] = defaultdict(list)
    for entry in entries:
        if entry.at >= 0 and entry.layer < len(image.blobs):
            by_layer[entry.layer].append(entry)
    if not by_layer:
        return learnt
    from jettison.image.mapped import sha256_of

    for number, members in by_layer.items():
        blob = image.blobs[number]
        if blob is None:
            continue
        with blob.map() as data, memoryview(data) as view:
            for entry in sorted(members, key=lambda entry: entry.at):
                digest = sha256_of(data, view, blob.offset + entry.at, entry.size)
                learnt[number, entry.at] = digest
                if entry.columns is not None:
                    entry.columns.digests[entry.row] = digest
    return learnt


def _copies(
    same: list[list[tuple[str, int]]], rows: LayerRows
) -> tuple[int, tuple[Copies, ...], dict[int, tuple[int, int]]]:
    total = 0
    found: list[tuple[int, list[tuple[int, str]]]] = []
    by_layer: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    known, layers = rows.digests(), rows.layers
    for group in same:
        by_digest: dict[bytes, list[tuple[int, str]]] = {}
        for path, number in group:
            digest = known.get(number)
            if digest:
                by_digest.setdefault(digest, []).append((layers[number], path))
        size = rows.sizes[group[0][1]]
        for members in by_digest.values():
            if len(members) == 1:
                continue
            members.sort()
            for layer, _ in members[1:]:
                held = by_layer[layer]
                held[0] += size
                held[1] += 1
            total += size * (len(members) - 1)
            found.append((size * (len(members) - 1), members))
    copied_by = {layer: (held[0], held[1]) for layer, held in by_layer.items()}
    return total, tuple(_largest(found)), copied_by


def _largest(found: list[tuple[int, list[tuple[int, str]]]]) -> list[Copies]:
    found.sort(key=lambda item: -item[0])
    # What takes as much as the last of them may have the better name.
    least = found[MAX_COPIES - 1][0] if len(found) >= MAX_COPIES else 0
    told = [
        Copies(size, len(members), tuple(path for _, path in members[:MAX_NAMES]))
        for size, members in found
        if size >= least
    ]
    return sorted(told, key=lambda item: (-item.bytes, item.paths))[:MAX_COPIES]
