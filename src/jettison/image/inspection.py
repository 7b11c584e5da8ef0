"""Everything that `inspect` tells of an image, from one pass."""

from __future__ import annotations

import contextlib
import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jettison.image.assemble import Made
from jettison.image.attribution import BASE, Attribution, Origin, attribution_of, of_layers
from jettison.image.beside import beside
from jettison.image.checkpoints import Checkpoint, checkpoints
from jettison.image.collect import InventoryCollector
from jettison.image.image import HistoryEntry, read_config
from jettison.image.source import made_of_image
from jettison.image.waste import Hidden, Waste, find_waste
from jettison.inventory.collect import collect
from jettison.inventory.inventory import Inventory
from jettison.named_tuple import NamedTuple
from jettison.secretscan.config_secrets import ConfigSecret, config_secrets
from jettison.secretscan.findings import SecretFinding, config_findings, file_findings, ranked
from jettison.secretscan.mask import Redactor
from jettison.secretscan.scanner import Scanner

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.inventory.package import Package
    from jettison.model.dockerfile import Model

# From here on a second process is worth its start, and up to here the memory in which it comes to hold all of it once more.
MANY_FILES: Final = 20_000
MOST_FILES: Final = 250_000
# How many other images of an archive are named.
MAX_BESIDE: Final = 5


class Inspection(NamedTuple):
    """An image, its waste, its packages, what it does not hold to, the origin of each layer, and its secrets.

    image: secrets in its configuration, history and layers' texts are masked; only `settings` is as it was, for
    comparisons: a text from there goes through `redact` before it is shown.
    secrets: of every confidence, the surest first; secrets_note: what the search left out, "" for nothing.
    later: waits for what another process may still be making. doubt: why no layer has a line of its Dockerfile.
    """

    name: str
    image: Image
    inventory: Inventory
    later: Callable[[], tuple[Waste, tuple[Checkpoint, ...]]]
    origins: tuple[Origin, ...]
    secrets: tuple[SecretFinding, ...] = ()
    secrets_note: str = ""
    redact: Redactor = Redactor()
    doubt: str = ""

    @property
    def waste(self) -> Waste:
        """Return the bytes that nobody can see, and second copies."""
        return self.later()[0]

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Return what the image does not hold to."""
        return self.later()[1]

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what could not be read or was left out, for people; names in it are not yet safe to print."""
        partial = [f"layer {number}: {note}" for number, facts in enumerate(self.image.facts) for note in facts.notes]
        beside = self.image.beside
        count = f"{len(beside)} more {'image' if len(beside) == 1 else 'images'}"
        names = f"{', '.join(beside[:MAX_BESIDE])[:200]}{', ...' if len(beside) > MAX_BESIDE else ''}"
        others = [f"it holds {count}: {names}; {self.name}:NAME reads one of them"] if beside else []
        return (*others, *filter(None, (self.doubt,)), *self.image.damage, *partial)

    @property
    def attributed(self) -> bool:
        """Return whether layers of a Dockerfile are told from those of its base image."""
        return any(origin.line is not None for origin in self.origins)

    @property
    def own_hidden(self) -> tuple[Hidden, ...]:
        """Return what layers of the Dockerfile itself hide; all of it where the Dockerfile is not known."""
        if not self.attributed:
            return self.waste.hidden
        return tuple(item for item in self.waste.hidden if self.origins[item.hidden].line is not None)


def inspect(
    name: str, engine: str | None = None, platform: str = "", model: Model | None = None, digests: bool = False
) -> Inspection:
    """Return the inspection of an image; as `made_of_inspection`."""
    return made_of_inspection(name, _itself, engine, platform, model, digests)


def made_of_inspection(
    name: str,
    make: Callable[[Inspection], Made],
    engine: str | None = None,
    platform: str = "",
    model: Model | None = None,
    digests: bool = False,
    everything: bool = False,
) -> Made:
    """Return what `make` makes of the inspection of an image: while its digests are being computed, maybe twice.

    model: its Dockerfile, where the user names it; digests: whether every file needs one, for a comparison;
    everything: whether what came with a distribution's package is searched for secrets, too.

    Raises:
        ImageError, SourceError, EngineError: the image cannot be read.
    """
    with _without_collector():
        scanner = Scanner(everything)
        collector = InventoryCollector(scanner, digests)

        def made(image: Image) -> Made:
            seen = inspection_of(name, image, scanner, model)
            result = make(seen)
            # Digests that it makes are kept with the layers.
            seen.later()
            return result

        return made_of_image(name, collector, made, engine, platform, strict=False)


def _itself(seen: Inspection) -> Inspection:
    return seen


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Spare the search for cycles among millions of records that have none, here and for what is made of them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def inspection_of(name: str, image: Image, scanner: Scanner, model: Model | None = None) -> Inspection:
    """Return the inspection of an image that was read with an InventoryCollector and this scanner."""
    told = attribution_of(image.history, model) if model is not None else Attribution(())
    origins = of_layers(image.history, told.entries) if model is not None else ()
    # An image whose history and layers disagree still has an origin for each layer.
    origins = (*origins, *[BASE] * len(image.layers))[: len(image.layers)]
    of_config = config_secrets(image.settings, scanner)
    redact = Redactor(secret.value for secret in of_config)
    shown = _masked(image, of_config, redact)
    named = [one.where.name or one.where.kind for one in of_config if one.hit.level]
    # Where most layers are read anew, their digests keep all cores busy meanwhile.
    idle = 2 * image.cached >= len(image.layers)
    made = beside(
        lambda: (find_waste(shown), checkpoints(shown, name, named)),
        idle and MANY_FILES < len(image.files) < MOST_FILES,
    )

    @cache
    def later() -> tuple[Waste, tuple[Checkpoint, ...]]:
        waste, practice = made()
        _keep_digests(image, waste)
        return waste, tuple(one.with_lines([origin.line for origin in told.entries]) for one in practice)

    inventory = inventory_of(image)
    secrets = ranked(
        (*file_findings(image, inventory, origins, scanner.everything), *config_findings(of_config, told.entries))
    )
    return Inspection(name, shown, inventory, later, origins, secrets, scanner.note, redact, told.doubt)


def _keep_digests(image: Image, waste: Waste) -> None:
    """Let the layers know the digests that were made, so that no later run has to read those files again."""
    by_layer: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
    for (layer, at), digest in waste.learnt.items():
        by_layer[layer][at] = digest
    for layer, digests in by_layer.items():
        image.facts[layer].columns.add_digests(digests)


def _masked(image: Image, secrets: tuple[ConfigSecret, ...], redact: Redactor) -> Image:
    """Return the image with no secret in its configuration's texts."""
    if not secrets:
        return image
    return image._replace(
        config=read_config(redact.all(image.settings)),
        history=tuple(HistoryEntry(redact(entry.created_by), entry.empty) for entry in image.history),
        layers=tuple(layer._replace(created_by=redact(layer.created_by)) for layer in image.layers),
    )


def inventory_of(image: Image) -> Inventory:
    """Return the packages of an image that was read with an InventoryCollector."""
    contents: dict[str, bytes] = {}
    packages: dict[str, list[Package]] = {}
    for number, facts in enumerate(image.facts):
        for store, learnt in ((contents, facts.contents), (packages, facts.packages)):
            for path in learnt:
                _place(image, number, path, path, learnt, store)
            for path, source in facts.hardlinks.items():
                if source in learnt:
                    _place(image, number, path, source, learnt, store)
    return collect(contents, image.files, None, packages)


def _place(image: Image, number: int, path: str, source: str, learnt: dict[str, Any], store: dict[str, Any]) -> None:
    entry = image.files.get(path)
    if entry is not None and entry.layer == number:
        store[path] = learnt[source]
