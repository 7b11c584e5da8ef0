"""The image that layers make, laid on one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jettison.image.image import HistoryEntry, Image, ImageConfig, Layer
from jettison.image.stack import Stack

if TYPE_CHECKING:
    from jettison.image.blob import Blob
    from jettison.image.collect import LayerFacts


def merge(
    config: ImageConfig,
    ordered: list[tuple[LayerFacts, Layer]],
    history: tuple[HistoryEntry, ...],
    settings: dict[str, Any],
    digest: str,
    blobs: tuple[Blob | None, ...] = (),
    damage: tuple[str, ...] = (),
    cached: int = 0,
) -> Image:
    """Return the image that layers make, the lowest first."""
    stack = Stack()
    for number, (facts, _) in enumerate(ordered):
        stack.lay(facts, number)
    files = stack.files
    return Image(
        config,
        tuple(layer for _, layer in ordered),
        files,
        {path: elf for path, elf in stack.elves.items() if path in files},
        {path: text for path, text in stack.texts.items() if path in files},
        {path: text for path, text in stack.interpreters.items() if path in files},
        history,
        tuple(facts for facts, _ in ordered),
        settings,
        digest,
        stack,
        blobs,
        damage,
        cached,
    )
