"""Everything that `inspect` tells of an image, from one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jettison.image.attribution import BASE, Origin, layer_origins
from jettison.image.checkpoints import Checkpoint, checkpoints
from jettison.image.collect import InventoryCollector
from jettison.image.source import open_image
from jettison.image.waste import Hidden, Waste, find_waste
from jettison.inventory.collect import collect
from jettison.inventory.inventory import Inventory

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.model.dockerfile import Model


@dataclass(frozen=True, slots=True)
class Inspection:
    """An image, its waste, its packages, what it does not hold to, and the origin of each layer."""

    name: str
    image: Image
    waste: Waste
    inventory: Inventory
    checkpoints: tuple[Checkpoint, ...]
    origins: tuple[Origin, ...]

    @property
    def own_hidden(self) -> tuple[Hidden, ...]:
        """Return what layers of the Dockerfile itself hide; all of it where the Dockerfile is not known."""
        if all(origin.line is None for origin in self.origins):
            return self.waste.hidden
        return tuple(item for item in self.waste.hidden if self.origins[item.hidden].line is not None)


def inspect(name: str, engine: str | None = None, platform: str = "", model: Model | None = None) -> Inspection:
    """Return the inspection of an image; `model`: its Dockerfile, where the user names it.

    Raises:
        ImageError, SourceError, EngineError: the image cannot be read.
    """
    image = open_image(name, InventoryCollector(), engine, platform)
    origins = layer_origins(image.history, model) if model is not None else ()
    # An image whose history and layers disagree still has an origin for each layer.
    origins = (*origins, *[BASE] * len(image.layers))[: len(image.layers)]
    return Inspection(name, image, find_waste(image), inventory_of(image), checkpoints(image, name), origins)


def inventory_of(image: Image) -> Inventory:
    """Return the packages of an image that was read with an InventoryCollector."""
    contents: dict[str, bytes] = {}
    packages = {}
    for number, facts in enumerate(image.facts):
        for path in facts.entries:
            entry = image.files.get(path)
            if entry is None or entry.layer != number:
                continue
            source = facts.hardlinks.get(path, path)
            if source in facts.contents:
                contents[path] = facts.contents[source]
            if source in facts.packages:
                packages[path] = facts.packages[source]
    return collect(contents, image.files, None, packages)
