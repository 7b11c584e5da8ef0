"""The image that a manifest and its layers make: from the cache where a layer is known, else read.

Every layer that is read is held to its diff id, and to the digest and size that its manifest states of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

from jettison.errors import ImageError
from jettison.image.blob import Blob, LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.decompress import compression
from jettison.image.image import HistoryEntry, Image, Layer, read_config
from jettison.image.joined import layer_texts
from jettison.image.layer_cache import LayerCache, results_folder
from jettison.image.layers import merge
from jettison.image.manifest import Chosen
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.image.layer_pool import Wanted

MAX_LAYERS: Final = 1000
Made = TypeVar("Made")


class Source(Protocol):
    """Where layers are found by the names that a manifest gives them."""

    def blob(self, name: str, /) -> LayerBytes | None:
        """Return the bytes of a layer, None when it is missing."""


def as_it_is(image: Image) -> Image:
    """Return the image itself: what is made of it where nothing else is."""
    return image


def assemble(
    members: Source, chosen: Chosen, collector: Collector, strict: bool, make: Callable[[Image], Made]
) -> Made:
    """Return what `make` makes of the image that was chosen: layers from the cache where they are known, else read.

    It is made while the digests of the layers are still being computed, and made again, of what is left of the image,
    where one does not fit. strict: a layer that cannot be read is an error; else the image's `damage` says so.

    Raises:
        ImageError: something is missing or damaged.
    """
    work = _Assembly(members, chosen, collector)
    made = _made_while_read(work, collector, make) if work.wanted else _made(work, make)
    damage = work.judge(strict)
    if made is None or damage:
        made = make(work.image(damage))
    work.keep()
    return made


def _made_while_read(work: _Assembly, collector: Collector, make: Callable[[Image], Made]) -> Made | None:
    # What reads layers is not loaded where all of them are known.
    from jettison.image.layer_pool import LayerReaders

    with LayerReaders(work.wanted, collector) as readers:
        readers.scan(work.take)
        made = _made(work, make)
        work.prepare()
        readers.finish()
    return made


def _made(work: _Assembly, make: Callable[[Image], Made]) -> Made | None:
    """Return what is made of the image as it seems to be, None where something is wrong with it."""
    sure = not work.failures and not any(layer.failure for layer in work.wanted)
    return make(work.image(())) if sure else None


class _Assembly:
    """The layers of an image: where each lies, what is known of it, what is wrong with it."""

    def __init__(self, members: Source, chosen: Chosen, collector: Collector) -> None:
        self._chosen = chosen
        self._collector = collector
        self._diff_ids = diff_ids_of(chosen)
        self._cache = LayerCache(results_folder() if collector.key else None, collector.key)
        self._evidence: dict[int, str] = {}
        self._blobs: list[Blob | None] = [None] * len(self._diff_ids)
        self._facts: list[LayerFacts | None] = [None] * len(self._diff_ids)
        self._packed: dict[int, bytes] = {}
        self.failures: dict[int, str] = {}
        self.wanted: list[Wanted] = []
        for number, (name, diff_id) in enumerate(zip(chosen.layers, self._diff_ids, strict=True)):
            self._find(number, members.blob(name), diff_id)
        self._cached = sum(known is not None for known in self._facts)

    def _find(self, number: int, blob: LayerBytes | None, diff_id: str) -> None:
        failure = (
            "is named in the manifest and missing from the archive"
            if blob is None
            else self._chosen.doubt(number, blob)
        )
        if blob is None or failure:
            self.failures[number] = failure
            return
        self._evidence[number] = blob.evidence()
        self._facts[number] = self._cache.get(diff_id, self._evidence[number])
        plain = isinstance(blob, Blob) and not compression(blob.head(8))
        if plain:
            self._blobs[number] = cast(Blob, blob)
        if self._facts[number] is None:
            from jettison.image.layer_pool import Wanted

            self.wanted.append(Wanted(number, blob, diff_id, self._chosen.stored(number), plain))

    def take(self, layer: Wanted) -> None:
        """Take what the files of a layer hold; its digest may still be on its way."""
        if layer.failure:
            return
        from jettison.image.linked import learn_links
        from jettison.image.mapped import confirm_parts

        whole = layer.joined()
        if len(layer.ranges) > 1 and not self._collector.digests and isinstance(layer.blob, Blob):
            confirm_parts(whole, layer.blob)
        if whole.columns.hardlinks:
            learn_links(whole, layer.blob, self._collector)
        self._facts[layer.number] = whole

    def judge(self, strict: bool) -> tuple[str, ...]:
        """Return what is wrong with layers, which then are none of the image; an error where that is too much."""
        for layer in self.wanted:
            failure = layer.failure
            # What the bytes hold is of no interest when they are others.
            if (layer.sha256 or not failure) and f"sha256:{layer.sha256}" != layer.diff_id:
                fault = self._chosen.known_fault(layer.number)
                failure = f"has the digest sha256:{layer.sha256}, the image says {layer.diff_id[:80]}{fault}"
            if failure:
                self.failures[layer.number] = failure
                self._facts[layer.number] = None
        names = self._chosen.layers
        damage = tuple(
            f"layer {number} ({safe_line(names[number][:100])}): {self.failures[number]}"
            for number in sorted(self.failures)
        )
        if damage and (strict or len(damage) == len(self._facts)):
            raise ImageError(damage[0])
        return damage

    def image(self, damage: tuple[str, ...]) -> Image:
        """Return the image of the layers that are there."""
        ordered = [one or LayerFacts() for one in self._facts]
        return image_of(self._chosen, self._diff_ids, ordered, tuple(self._blobs), damage, self._cached)

    def prepare(self) -> None:
        """Make what will be kept of the layers for later runs, as if all digests fitted."""
        for layer in self.wanted:
            facts = self._facts[layer.number]
            if facts is not None:
                facts.sha256 = layer.diff_id.partition(":")[2]
                self._packed[layer.number] = self._cache.packed(facts)

    def keep(self) -> None:
        """Keep what was learnt for later runs."""
        for layer in self.wanted:
            if self._facts[layer.number] is not None:
                self._cache.put(layer.diff_id, self._evidence[layer.number], self._packed.get(layer.number, b""))
        if self.wanted:
            self._cache.prune()


def image_of(
    chosen: Chosen,
    diff_ids: list[str],
    facts: list[LayerFacts],
    blobs: tuple[Blob | None, ...],
    damage: tuple[str, ...],
    cached: int,
) -> Image:
    """Return the image of layers that were read."""
    history = _history(chosen.config)
    written = layer_texts(history)
    written += [""] * (len(facts) - len(written))
    ordered = [
        (one, Layer(diff_id, one.size, one.compressed, created_by))
        for one, diff_id, created_by in zip(facts, diff_ids, written, strict=False)
    ]
    settings = read_config(chosen.config)
    image = merge(settings, ordered, history, chosen.config, chosen.digest, blobs, damage, cached)
    return image._replace(beside=chosen.beside, manifests=chosen.manifests)


def diff_ids_of(chosen: Chosen) -> list[str]:
    """Return the digests of the plain layers, as many as the manifest names layers.

    Raises:
        ImageError: they are not as many.
    """
    rootfs = chosen.config.get("rootfs")
    stated = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    diff_ids = [str(item) for item in stated] if isinstance(stated, list) else []
    if len(chosen.layers) != len(diff_ids):
        raise ImageError(f"the manifest names {len(chosen.layers)} layers, the configuration {len(diff_ids)}")
    return diff_ids


def _history(config: dict[str, Any]) -> tuple[HistoryEntry, ...]:
    entries = config.get("history")
    if not isinstance(entries, list):
        return ()
    return tuple(
        HistoryEntry(str(entry.get("created_by") or ""), bool(entry.get("empty_layer")))
        for entry in entries
        if isinstance(entry, dict)
    )
