"""Every file as a layer stores it: visible or hidden, with the bytes that it takes.

The bytes of all stored files of a layer add up to the layer's size; where an archive holds more than its
files account for, one further entry without a path takes the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

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
    """Return every content of every layer once; a further name of the same content takes no bytes."""
    rest = [layer.size_unpacked for layer in image.layers]
    for item in waste.hidden:
        rest[item.written] -= item.bytes
        yield Stored(item.path, item.written, item.bytes, item.hidden, item.cause)
    seen: set[int] = set()
    for path, entry in image.files.items():
        content = entry.original or entry
        if entry.kind != "file" or id(content) in seen:
            continue
        seen.add(id(content))
        rest[content.layer] -= content.size
        yield Stored(path, content.layer, content.size, VISIBLE, "")
    for number, size in enumerate(rest):
        if size > 0:
            yield Stored("", number, size, VISIBLE, "")
