"""Layers over layers: the merged view of an image.

Source: OCI image layer specification, "Whiteouts" and "Opaque Whiteout".
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final, TypeVar

from jettison.image.image import FileEntry, HistoryEntry, Image, ImageConfig, Layer

if TYPE_CHECKING:
    from jettison.image.collect import LayerFacts
    from jettison.image.elf import Elf

WHITEOUT: Final = ".wh."
OPAQUE: Final = ".wh..wh..opq"
_Fact = TypeVar("_Fact")


def merge(
    config: ImageConfig,
    ordered: list[tuple[LayerFacts, Layer]],
    history: tuple[HistoryEntry, ...],
    settings: dict[str, Any],
    digest: str,
) -> Image:
    """Return the image that layers make, the lowest first."""
    files: dict[str, FileEntry] = {}
    elves: dict[str, Elf] = {}
    texts: dict[str, bytes] = {}
    interpreters: dict[str, str] = {}
    for number, (facts, _) in enumerate(ordered):
        hide(files, facts.entries)
        for path, entry in facts.entries.items():
            if posixpath.basename(path).startswith(WHITEOUT):
                continue
            entry.layer = number
            source = facts.hardlinks.get(path)
            original = facts.entries.get(source) if source else None
            if original is not None:
                entry.size, entry.kind, entry.link = original.size, original.kind, original.link
                entry.digest = original.digest
            files[path] = entry
            _carry(elves, facts.elves, path, source or path)
            _carry(texts, facts.texts, path, source or path)
            _carry(interpreters, facts.interpreters, path, source or path)
    return Image(
        config,
        tuple(layer for _, layer in ordered),
        files,
        {path: elf for path, elf in elves.items() if path in files},
        {path: text for path, text in texts.items() if path in files},
        {path: text for path, text in interpreters.items() if path in files},
        history,
        tuple(facts for facts, _ in ordered),
        settings,
        digest,
    )


def _carry(store: dict[str, _Fact], learnt: dict[str, _Fact], path: str, source: str) -> None:
    store.pop(path, None)
    if source in learnt:
        store[path] = learnt[source]


def hide(files: dict[str, FileEntry], entries: dict[str, FileEntry]) -> list[str]:
    """Take out of the merged view what a layer deletes or covers; return the paths that went."""
    gone: set[str] = set()
    opaque: set[str] = set()
    for path, entry in entries.items():
        folder, name = posixpath.split(path)
        if name == OPAQUE:
            opaque.add(folder)
        elif name.startswith(WHITEOUT):
            gone.add(posixpath.join(folder, name[len(WHITEOUT) :]))
        elif entry.kind != "dir" and files.get(path) is not None and files[path].kind == "dir":
            opaque.add(path)
    if not gone and not opaque:
        return []
    hidden = [path for path in files if _is_hidden(path, gone, opaque)]
    for path in hidden:
        del files[path]
    return hidden


def _is_hidden(path: str, gone: set[str], opaque: set[str]) -> bool:
    if path in gone:
        return True
    at = path.rfind("/")
    while at > 0:
        parent = path[:at]
        if parent in gone or parent in opaque:
            return True
        at = path.rfind("/", 0, at)
    return "" in opaque
