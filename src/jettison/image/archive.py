"""An image of an archive or a layout: nothing is ever unpacked to disk.

Docker's old layout (`ID/layer.tar`), the layout with `blobs/sha256` and manifest.json, and OCI layouts (a tar or
a folder); layers plain, gzip or zstd. Every layer that is read is held to its diff id and to the digest of its
blob, the configuration to its digest.
Source: OCI image specification; Docker image specification v1.2.
"""

from __future__ import annotations

import os
import posixpath
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from jettison.errors import ImageError, SourceError
from jettison.image.blob import Blob, identity_of
from jettison.image.collect import Collector, LayerFacts, ProofCollector
from jettison.image.decompress import compression, decompressed
from jettison.image.digest import Digester
from jettison.image.image import HistoryEntry, Image, Layer, read_config
from jettison.image.layer_cache import LayerCache, cache_folder
from jettison.image.layer_pool import Wanted, read_layers
from jettison.image.layers import merge
from jettison.image.manifest import Chosen, choose
from jettison.image.scan import scan_stream
from jettison.image.tar import PIECE, Reader, TarStream, walk
from jettison.terminal import safe_line

MAX_JSON: Final = 4 * 1024 * 1024
MAX_DOCUMENTS: Final = 2000
MAX_LAYER: Final = 64 * 1024 * 1024 * 1024
MAX_MEMBERS: Final = 100_000
_READ_ERRORS: Final = (zlib.error, OSError, ValueError, OverflowError, EOFError)


class Members(Mapping[str, bytes]):
    """The files of an archive or a layout by name; the small ones can be read as documents."""

    def __init__(self) -> None:
        self.blobs: dict[str, Blob] = {}
        self.links: dict[str, str] = {}

    def blob(self, name: str) -> Blob | None:
        """Return where a file lies; links between the archive's own files are followed once."""
        return self.blobs.get(self.links.get(name, name))

    def __getitem__(self, name: str) -> bytes:
        blob = self.blob(name)
        if blob is None:
            raise KeyError(name)
        if blob.size > MAX_JSON:
            raise ImageError(f"{name[:100]} has {blob.size} bytes, more than the {MAX_JSON} a document may have")
        return blob.head(blob.size)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.blob(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.blobs)

    def __len__(self) -> int:
        return len(self.blobs)


def read_file(path: str, collector: Collector, wanted: str = "", platform: str = "", strict: bool = True) -> Image:
    """Return an image of an archive on disk: the one that `wanted` names, else the first.

    strict: a layer that cannot be read is an error; else it is left out, and the image's `damage` says so.

    Raises:
        ImageError: the archive is cut off, damaged, too large, holds no such image, or a digest does not fit.
        SourceError: the file cannot be opened.
    """
    try:
        members = _members_of_file(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, OverflowError) as error:
        raise ImageError(f"the image archive cannot be read: {safe_line(str(error))}") from error
    return assemble(members, choose(members, wanted, platform), collector, strict)


def read_layout(path: str, collector: Collector, wanted: str = "", platform: str = "", strict: bool = True) -> Image:
    """Return an image of an OCI layout in a folder.

    Raises:
        ImageError: as for an archive.
    """
    members = _members_of_folder(path)
    return assemble(members, choose(members, wanted, platform), collector, strict)


def _members_of_file(path: str) -> Members:
    members = Members()
    with open(path, "rb") as stream:
        identity = identity_of(stream)
    size = identity[2]
    if not size:
        return members
    whole = Blob(path, 0, size, identity)
    if compression(whole.head()):
        raise ValueError("it is compressed as a whole; unpack it first (gunzip, zstd -d)")
    with whole.map() as data:
        for entry in walk(data, 0, size):
            name = posixpath.normpath(entry.name)
            if entry.kind in ("link", "hardlink"):
                folder = posixpath.dirname(name) if entry.kind == "link" else ""
                members.links[name] = posixpath.normpath(posixpath.join(folder, entry.link))
            elif entry.kind == "file":
                members.blobs[name] = Blob(path, entry.at, entry.size, identity)
            if len(members.blobs) + len(members.links) > MAX_MEMBERS:
                raise ValueError(f"more than {MAX_MEMBERS} entries, which no image archive has")
    return members


def _members_of_folder(folder: str) -> Members:
    members = Members()
    names = ["index.json", "manifest.json", "oci-layout"]
    blobs = os.path.join(folder, "blobs")
    for algorithm in sorted(os.listdir(blobs)) if os.path.isdir(blobs) else []:
        within = os.path.join(blobs, algorithm)
        names += [f"blobs/{algorithm}/{name}" for name in os.listdir(within) if os.path.isdir(within)]
    for name in names:
        path = os.path.join(folder, name)
        # A link may lead anywhere: what a layout holds, it holds itself.
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as stream:
            identity = identity_of(stream)
        members.blobs[name] = Blob(path, 0, identity[2], identity)
    return members


def assemble(members: Members, chosen: Chosen, collector: Collector, strict: bool) -> Image:
    """Return the image that was chosen: layers from the cache where they are known, else read.

    Raises:
        ImageError: something is missing or damaged.
    """
    diff_ids = diff_ids_of(chosen)
    cache = LayerCache(cache_folder() if collector.key else None, collector.key)
    facts: list[LayerFacts | None] = [None] * len(diff_ids)
    failures: dict[int, str] = {}
    wanted: list[Wanted] = []
    evidence: dict[int, str] = {}
    blobs: list[Blob | None] = []
    for number, (name, diff_id) in enumerate(zip(chosen.layers, diff_ids, strict=True)):
        blob = members.blob(name)
        blobs.append(blob)
        failure = (
            "is named in the manifest and missing from the archive" if blob is None else chosen.doubt(number, blob)
        )
        if blob is None or failure:
            failures[number] = failure
            continue
        evidence[number] = blob.sample()
        facts[number] = cache.get(diff_id, evidence[number])
        if facts[number] is None:
            packed = bool(compression(blob.head(8)))
            wanted.append(Wanted(number, blob, diff_id, chosen.stored(number), packed))
            blobs[number] = None if packed else blob
    cached = sum(known is not None for known in facts)
    read_layers(wanted, collector)
    for layer in wanted:
        failure = layer.failure
        if not failure and f"sha256:{layer.sha256}" != layer.diff_id:
            failure = f"has the digest sha256:{layer.sha256}, the image says {layer.diff_id[:80]}"
        if failure:
            failures[layer.number] = failure
            continue
        whole = layer.facts
        cache.put(layer.diff_id, evidence[layer.number], whole)
        facts[layer.number] = whole
    if wanted:
        cache.prune()
    damage = [
        f"layer {number} ({safe_line(chosen.layers[number][:100])}): {failures[number]}" for number in sorted(failures)
    ]
    if damage and (strict or len(damage) == len(facts)):
        raise ImageError(damage[0])
    return _image(chosen, diff_ids, [one or LayerFacts() for one in facts], tuple(blobs), tuple(damage), cached)


def _image(
    chosen: Chosen,
    diff_ids: list[str],
    facts: list[LayerFacts],
    blobs: tuple[Blob | None, ...],
    damage: tuple[str, ...],
    cached: int,
) -> Image:
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


class _Tee:
    """Reads a layer once for its files, its digest and its size under gzip."""

    def __init__(self, stream: Reader, head: bytes, gzip: bool) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._size = 0
        self._digester = Digester(gzip)
        self._take(head)

    def read(self, size: int, /) -> bytes:
        """Return at most `size` of the next bytes, b"" at the end."""
        if self._at >= len(self._buffer):
            self._take(self._stream.read(PIECE))
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        return data

    def finish(self) -> tuple[str, int]:
        """Read to the end; return the digest of everything and its size under gzip."""
        while self._buffer:
            self._take(self._stream.read(PIECE))
        return self._digester.finish()

    def close(self) -> None:
        """End the thread of a layer that cannot be read to its end."""
        self._digester.finish()

    def _take(self, data: bytes) -> None:
        self._buffer, self._at = data, 0
        self._size += len(data)
        if self._size > MAX_LAYER:
            raise ValueError(f"a layer of more than {MAX_LAYER} bytes")
        self._digester.take(data)


def read_archive(stream: IO[bytes], collector: Collector | None = None, wanted: str = "", platform: str = "") -> Image:
    """Return an image of an archive that can be read only once, as an engine sends it.

    Raises:
        ImageError: the archive is cut off, damaged, too large, holds no such image, or a digest does not fit.
    """
    collector = collector or ProofCollector()
    layers: dict[str, LayerFacts] = {}
    documents: dict[str, bytes] = {}
    links: dict[str, str] = {}
    try:
        outer = TarStream(stream)
        for entry in outer:
            name = posixpath.normpath(entry.name)
            if entry.kind in ("link", "hardlink"):
                folder = posixpath.dirname(name) if entry.kind == "link" else ""
                links[name] = posixpath.normpath(posixpath.join(folder, entry.link))
            elif entry.kind == "file":
                _read_member(name, entry.size, outer, layers, documents, collector)
    except _READ_ERRORS as error:
        raise ImageError(f"the image archive cannot be read: {safe_line(str(error))}") from error
    chosen = choose(documents, wanted, platform)
    diff_ids = diff_ids_of(chosen)
    ordered = []
    for number, (name, diff_id) in enumerate(zip(chosen.layers, diff_ids, strict=True)):
        facts = layers.get(links.get(name, name))
        what = f"layer {number} ({safe_line(name[:100])})"
        if facts is None:
            raise ImageError(f"{what} is named in the manifest and missing from the archive")
        if f"sha256:{facts.sha256}" != diff_id:
            raise ImageError(f"{what} has the digest sha256:{facts.sha256}, the image says {diff_id[:80]}")
        ordered.append(facts)
    return _image(chosen, diff_ids, ordered, (None,) * len(ordered), (), 0)


def _read_member(
    name: str,
    size: int,
    stream: Reader,
    layers: dict[str, LayerFacts],
    documents: dict[str, bytes],
    collector: Collector,
) -> None:
    head = stream.read(512)
    is_tar = head[257:262] == b"ustar" or (size >= 1024 and not head.strip(b"\0"))
    if is_tar or name.endswith("/layer.tar"):
        # An empty head is an empty layer file; the reader then has nothing to take.
        layers[name] = _read_layer(_Tee(stream, head, collector.gzip), collector)
        return
    plain = decompressed(stream, head)
    if plain is not None:
        layers[name] = _read_layer(_Tee(plain, plain.read(512), collector.gzip), collector)
    elif size <= MAX_JSON and len(documents) < MAX_DOCUMENTS:
        documents[name] = head + stream.read(MAX_JSON)


def _read_layer(tee: _Tee, collector: Collector) -> LayerFacts:
    try:
        facts = scan_stream(tee, collector)
    except BaseException:
        tee.close()
        raise
    facts.sha256, facts.compressed = tee.finish()
    return facts
