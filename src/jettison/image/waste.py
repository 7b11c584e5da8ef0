"""Which bytes of an image nobody can see, exactly: who wrote them, who hid them, and how.

Hidden bytes are the bytes of all layers less those of the visible files; hard links share their bytes, which
are hidden when the last name is gone. dive's efficiency is computed beside it for comparison: it counts every
copy of a path that occurs twice, so it promises about twice what can be gained.

Source of the score: the description of dive's efficiency in its own documentation.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.image.layers import OPAQUE, WHITEOUT

if TYPE_CHECKING:
    from jettison.image.image import Image

DELETED: Final = "deleted"
OVERWRITTEN: Final = "overwritten"
METADATA: Final = "only its owner, mode or time changed"


@dataclass(frozen=True, slots=True)
class Hidden:
    """One file that a later layer hides. bytes: what it takes in the layer that wrote it."""

    path: str
    bytes: int
    written: int
    hidden: int
    cause: str


@dataclass(frozen=True, slots=True)
class LayerChange:
    """What one layer did to the files below it; counts of files, bytes of its own files."""

    added: int
    changed: int
    removed: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Waste:
    """hidden: every hidden file; duplicates: bytes of further copies of the same content among visible files.

    score: dive's efficiency, 1.0 when nothing has size.
    """

    hidden: tuple[Hidden, ...]
    layers: tuple[LayerChange, ...]
    visible_bytes: int
    duplicates: int
    score: float

    @property
    def hidden_bytes(self) -> int:
        """Return the bytes that nobody can see."""
        return sum(item.bytes for item in self.hidden)


class _Content:
    """The bytes of one file in one layer, and how many visible names they have."""

    __slots__ = ("digest", "layer", "names", "path", "size")

    def __init__(self, path: str, size: int, layer: int, digest: bytes) -> None:
        self.path = path
        self.size = size
        self.layer = layer
        self.digest = digest
        self.names = 0


class _View:
    """The merged view while layers are laid on one another."""

    def __init__(self) -> None:
        self.contents: dict[str, _Content] = {}
        self.folders: dict[str, set[str]] = {}
        self.hidden: list[Hidden] = []

    def add(self, path: str, content: _Content) -> None:
        content.names += 1
        self.contents[path] = content
        while path:
            parent, name = posixpath.split(path)
            below = self.folders.setdefault(parent, set())
            if name in below:
                return
            below.add(name)
            path = parent

    def remove(self, path: str, layer: int, cause: str) -> None:
        content = self.contents.pop(path, None)
        if content is None:
            return
        content.names -= 1
        if content.names == 0 and content.size:
            self.hidden.append(Hidden(content.path, content.size, content.layer, layer, cause))

    def below(self, path: str) -> list[str]:
        """Return every path with content at or below a path."""
        found, waiting = [], [path]
        while waiting:
            at = waiting.pop()
            if at in self.contents:
                found.append(at)
            waiting.extend(f"{at}/{name}" if at else name for name in self.folders.get(at, ()))
        return found

    def drop(self, path: str, layer: int, keep_itself: bool = False) -> int:
        """Hide a path and all below it; return how many files went."""
        gone = self.below(path)
        for each in gone:
            self.remove(each, layer, DELETED)
        self._forget(path)
        if keep_itself:
            self.folders.setdefault(path, set())
        return len(gone)

    def _forget(self, path: str) -> None:
        waiting = [path]
        while waiting:
            at = waiting.pop()
            waiting.extend(f"{at}/{name}" if at else name for name in self.folders.pop(at, ()))
        parent, name = posixpath.split(path)
        self.folders.get(parent, set()).discard(name)


def find_waste(image: Image) -> Waste:
    """Return the waste of an image that was read with an InventoryCollector.

    Without digests of files a rewritten file is never called touched only.
    """
    view = _View()
    changes = []
    occurrences: dict[str, list[int]] = {}
    for number in range(len(image.facts)):
        changes.append(_lay(image, number, view, occurrences))
    kept = {id(content): content for content in view.contents.values()}.values()
    visible = sum(content.size for content in kept)
    return Waste(tuple(view.hidden), tuple(changes), visible, _duplicates(list(kept)), _score(occurrences))


def _lay(image: Image, number: int, view: _View, occurrences: dict[str, list[int]]) -> LayerChange:
    facts = image.facts[number]
    own: dict[str, _Content] = {}
    removed = 0
    for path in facts.entries:
        folder, name = posixpath.split(path)
        if name == OPAQUE:
            removed += view.drop(folder, number, keep_itself=True)
        elif name.startswith(WHITEOUT):
            target = posixpath.join(folder, name[len(WHITEOUT) :])
            size = sum(view.contents[each].size for each in view.below(target))
            occurrences.setdefault(target, []).append(size if target in view.folders else 0)
            removed += view.drop(target, number)
    added = changed = 0
    for path, entry in facts.entries.items():
        if posixpath.basename(path).startswith(WHITEOUT):
            continue
        if entry.kind == "dir":
            if path in view.contents:
                view.remove(path, number, OVERWRITTEN)
            continue
        source = facts.hardlinks.get(path, path)
        content = own.get(source)
        if content is None:
            stored = 0 if path in facts.hardlinks and source not in facts.entries else entry.size
            content = own[source] = _Content(source, stored if entry.kind == "file" else 0, number, entry.digest)
        if source == path:
            occurrences.setdefault(path, []).append(content.size)
        old = view.contents.get(path)
        if old is not None:
            changed += 1
            same = bool(old.digest) and old.digest == content.digest and old.size == content.size
            view.remove(path, number, METADATA if same else OVERWRITTEN)
        elif view.folders.get(path):
            removed += view.drop(path, number)
            added += 1
        else:
            added += 1
        view.add(path, content)
    return LayerChange(added, changed, removed, facts.size)


def _duplicates(contents: list[_Content]) -> int:
    seen: set[bytes] = set()
    total = 0
    for content in contents:
        if not content.digest or not content.size:
            continue
        if content.digest in seen:
            total += content.size
        seen.add(content.digest)
    return total


def _score(occurrences: dict[str, list[int]]) -> float:
    everything = sum(sum(sizes) for sizes in occurrences.values())
    return sum(min(sizes) for sizes in occurrences.values()) / everything if everything else 1.0
