"""Which bytes of an image nobody can see, exactly: who wrote them, who hid them, and how.

Hidden bytes are the bytes of all layers less those of the visible files; hard links share their bytes, which
are hidden when the last name is gone. dive's efficiency is computed beside it for comparison: it counts every
copy of a path that occurs twice, so it promises about twice what can be gained.

Source of the score: the description of dive's efficiency in its own documentation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import compress
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
    keys = _keys(stack.files)
    same, known = _same(keys, rows), rows.digests()
    replaced = [row for row in stack.covered if _may_be_touched(row)]
    learnt = _make_digests(image, _without_digest(same, replaced, rows, known), known)
    duplicates, copies, copied_by = _copies(same, rows, known)
    return Waste(
        tuple(Hidden(row.path, row.entry.size, row.entry.layer, row.by, _cause(row)) for row in stack.covered),
        tuple(stack.changes),
        sum(compress(rows.sizes, keys)),
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
    for number, key in enumerate(_keys(files)):
        if key:
            yield rows.names[number], rows.entry(rows.originals.get(number, number))


def _keys(files: Files) -> list[int]:
    """Return of each row what equal contents have in common: their size and checksum.

    0 where there is nothing to compare: it is hidden, is no file, has no bytes, or another name of it comes first.
    """
    rows = files.rows
    hidden = rows.hidden(files.numbers.values())
    keys = [
        size << 32 | check if size and not gone and kind == FILE else 0
        for size, check, gone, kind in zip(rows.sizes, rows.checks, hidden, rows.kinds, strict=True)
    ]
    met: set[int] = set()
    for number in sorted(rows.shared()):
        content = rows.originals.get(number, number)
        if content in met:
            keys[number] = 0
        elif keys[number]:
            met.add(content)
    return keys


def _same(keys: list[int], rows: LayerRows) -> list[list[tuple[str, int]]]:
    """Return what seems to be equal, together: each content as one of its names and its number."""
    several = {key: list[tuple[str, int]]() for key, count in Counter(keys).items() if count > 1 and key}
    for number in [number for number, key in enumerate(keys) if key in several]:
        several[keys[number]].append((rows.names[number], rows.originals.get(number, number)))
    return list(several.values())


def _may_be_touched(row: Covered) -> bool:
    new = row.replacement
    return new is not None and new.kind == "file" and (new.size, new.check) == (row.entry.size, row.entry.check)


def _cause(row: Covered) -> str:
    if row.replacement is None:
        return DELETED
    digest, new = row.entry.digest, (row.replacement.original or row.replacement).digest
    return METADATA if _may_be_touched(row) and digest and digest == new else OVERWRITTEN


def _without_digest(
    same: list[list[tuple[str, int]]], replaced: list[Covered], rows: LayerRows, known: dict[int, bytes]
) -> list[FileEntry]:
    without = [rows.entry(number) for group in same for _, number in group if number not in known]
    wanted = {id(entry): entry for entry in without}
    for row in replaced:
        for entry in (row.entry, row.replacement):
            if entry is not None and not entry.digest:
                content = entry.original or entry
                wanted[id(content)] = content
    return list(wanted.values())


def _make_digests(image: Image, entries: Iterable[FileEntry], known: dict[int, bytes]) -> dict[tuple[int, int], bytes]:
    """Read again, of a layer that can be, the files that seem to be equal; return what was learnt.

    known: number -> digest, to which it is added.
    """
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
                learnt[number, entry.at] = known[entry.number] = digest
                if entry.columns is not None:
                    entry.columns.digests[entry.row] = digest
    return learnt


def _copies(
    same: list[list[tuple[str, int]]], rows: LayerRows, known: dict[int, bytes]
) -> tuple[int, tuple[Copies, ...], dict[int, tuple[int, int]]]:
    total = 0
    found: list[tuple[int, list[tuple[int, str]]]] = []
    by_layer: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    layers = rows.layers
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
