"""The image that a manifest and its layers make: from the cache where a layer is known, else read.

Every layer that is read is held to its diff id, and to the digest and size that its manifest states of it.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, cast

from jettison.errors import ImageError
from jettison.image.blob import Blob, LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.decompress import compression
from jettison.image.image import HistoryEntry, Image, Layer, read_config
from jettison.image.layer_cache import LayerCache, results_folder
from jettison.image.layer_pool import Wanted, read_layers
from jettison.image.layers import merge
from jettison.image.manifest import Chosen
from jettison.image.mapped import confirm_parts
from jettison.terminal import safe_line

MAX_LAYERS: Final = 1000


class Source(Protocol):
    """Where layers are found by the names that a manifest gives them."""

    def blob(self, name: str, /) -> LayerBytes | None:
        """Return the bytes of a layer, None when it is missing."""


def assemble(members: Source, chosen: Chosen, collector: Collector, strict: bool) -> Image:
    """Return the image that was chosen: layers from the cache where they are known, else read.

    Raises:
        ImageError: something is missing or damaged.
    """
    diff_ids = diff_ids_of(chosen)
    cache = LayerCache(results_folder() if collector.key else None, collector.key)
    facts: list[LayerFacts | None] = [None] * len(diff_ids)
    failures: dict[int, str] = {}
    wanted: list[Wanted] = []
    evidence: dict[int, str] = {}
    blobs: list[Blob | None] = [None] * len(diff_ids)
    for number, (name, diff_id) in enumerate(zip(chosen.layers, diff_ids, strict=True)):
        blob = members.blob(name)
        failure = (
            "is named in the manifest and missing from the archive" if blob is None else chosen.doubt(number, blob)
        )
        if blob is None or failure:
            failures[number] = failure
            continue
        evidence[number] = blob.evidence()
        facts[number] = cache.get(diff_id, evidence[number])
        plain = isinstance(blob, Blob) and not compression(blob.head(8))
        if plain:
            blobs[number] = cast(Blob, blob)
        if facts[number] is None:
            wanted.append(Wanted(number, blob, diff_id, chosen.stored(number), plain))
    cached = sum(known is not None for known in facts)
    read_layers(wanted, collector)
    for layer in wanted:
        failure = layer.failure
        # What the bytes hold is of no interest when they are others.
        if (layer.sha256 or not failure) and f"sha256:{layer.sha256}" != layer.diff_id:
            failure = f"has the digest sha256:{layer.sha256}, the image says {layer.diff_id[:80]}"
        if failure:
            failures[layer.number] = failure
            continue
        whole = layer.facts
        if len(layer.parts) > 1 and not collector.digests and isinstance(layer.blob, Blob):
            confirm_parts(whole, layer.blob)
        cache.put(layer.diff_id, evidence[layer.number], whole)
        facts[layer.number] = whole
    if wanted:
        cache.prune()
    damage = [
        f"layer {number} ({safe_line(chosen.layers[number][:100])}): {failures[number]}" for number in sorted(failures)
    ]
    if damage and (strict or len(damage) == len(facts)):
        raise ImageError(damage[0])
    return image_of(chosen, diff_ids, [one or LayerFacts() for one in facts], tuple(blobs), tuple(damage), cached)


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
    written = [entry.created_by for entry in history if not entry.empty]
    written += [""] * (len(facts) - len(written))
    ordered = [
        (one, Layer(diff_id, one.size, one.compressed, created_by))
        for one, diff_id, created_by in zip(facts, diff_ids, written, strict=False)
    ]
    settings = read_config(chosen.config)
    return merge(settings, ordered, history, chosen.config, chosen.digest, blobs, damage, cached)


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
