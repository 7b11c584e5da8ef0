"""Every file as a layer stores it: visible or hidden, with the bytes that it takes.

The bytes of all stored files of a layer add up to the layer's size; what an archive holds twice within one
layer (a later member of the same name wins) is hidden by that layer itself.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.image.layers import WHITEOUT
from jettison.image.waste import OVERWRITTEN

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.image.waste import Waste

VISIBLE: Final = -1


class Stored(NamedTuple):
    """One file of one layer. hidden: number of the layer that hides it, VISIBLE when none does; cause: how."""

    path: str
    layer: int
    bytes: int
    hidden: int
    cause: str


def stored_files(image: Image, waste: Waste) -> Iterator[Stored]:
    """Return every file of every layer, the lowest layer first; a hard link takes no bytes and is left out."""
    hidden = {(item.path, item.written): item for item in waste.hidden if item.hidden != item.written}
    for number, facts in enumerate(image.facts):
        rest = facts.size
        for path, entry in facts.replaced:
            rest -= entry.size
            yield Stored(path, number, entry.size, number, OVERWRITTEN)
        for path, entry in facts.entries.items():
            if entry.kind != "file" or path in facts.hardlinks or posixpath.basename(path).startswith(WHITEOUT):
                continue
            rest -= entry.size
            gone = hidden.get((path, number))
            yield Stored(path, number, entry.size, gone.hidden if gone else VISIBLE, gone.cause if gone else "")
        if rest > 0:
            yield Stored("", number, rest, VISIBLE, "")
