"""An image read in one streaming pass: nothing is ever unpacked to disk.

Docker's old layout (`ID/layer.tar`), the layout with `blobs/sha256` and manifest.json, and OCI layouts (a tar or
a folder); layers plain, gzip or zstd. Every layer is held to its diff id, the configuration to its digest.
Source: OCI image specification; Docker image specification v1.2.
"""

from __future__ import annotations

import os
import posixpath
import zlib
from collections.abc import Iterator
from typing import IO, Any, Final, NamedTuple, Protocol

from jettison.errors import ImageError
from jettison.image.collect import LayerFacts, ProofCollector
from jettison.image.decompress import decompressed
from jettison.image.digest import Digester
from jettison.image.image import FileEntry, HistoryEntry, Image, Layer, read_config
from jettison.image.layers import merge
from jettison.image.manifest import Documents, choose
from jettison.image.tar import PIECE, Reader, TarEntry, TarStream
from jettison.terminal import safe_line

MAX_JSON: Final = 8 * 1024 * 1024
MAX_DOCUMENTS: Final = 2000
MAX_LAYER: Final = 64 * 1024 * 1024 * 1024


class Collector(Protocol):
    """What a pass keeps. gzip: whether the size of each layer under gzip is wanted."""

    gzip: bool

    def learn(self, facts: LayerFacts, tar: TarStream, member: TarEntry, path: str, kept: int) -> int:
        """Read what is wanted of a file; return the bytes kept."""


class _Member(NamedTuple):
    name: str
    kind: str
    link: str
    size: int
    stream: Reader


class _Tee:
    """Reads a layer once for its files, its digest and its size under gzip."""

    def __init__(self, stream: Reader, head: bytes, gzip: bool) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._size = 0
        self._digester = Digester(gzip)
        self._take(head)

    def read(self, size: int) -> bytes:
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
    """Return an image of an archive: the one that `wanted` names, else the first.

    Raises:
        ImageError: the archive is cut off, damaged, too large, holds no such image, or a digest does not fit.
    """
    return _read(_in_tar(stream), collector or ProofCollector(), wanted, platform)


def read_layout(folder: str, collector: Collector | None = None, wanted: str = "", platform: str = "") -> Image:
    """Return an image of an OCI layout in a folder.

    Raises:
        ImageError: as for an archive.
    """
    return _read(_in_folder(folder), collector or ProofCollector(), wanted, platform)


def _read(members: Iterator[_Member], collector: Collector, wanted: str, platform: str) -> Image:
    layers: dict[str, LayerFacts] = {}
    documents: Documents = {}
    links: dict[str, str] = {}
    try:
        for member in members:
            if member.kind in ("link", "hardlink"):
                folder = posixpath.dirname(member.name) if member.kind == "link" else ""
                links[member.name] = posixpath.normpath(posixpath.join(folder, member.link))
            elif member.kind == "file":
                _read_member(member, layers, documents, collector)
    except (zlib.error, OSError, ValueError, OverflowError, EOFError) as error:
        raise ImageError(f"the image archive cannot be read: {safe_line(str(error))}") from error
    return _assemble(layers, documents, links, wanted, platform)


def _in_tar(stream: IO[bytes]) -> Iterator[_Member]:
    outer = TarStream(stream)
    for entry in outer:
        yield _Member(posixpath.normpath(entry.name), entry.kind, entry.link, entry.size, outer)


def _in_folder(folder: str) -> Iterator[_Member]:
    names = ["index.json", "manifest.json", "oci-layout"]
    blobs = os.path.join(folder, "blobs")
    for algorithm in sorted(os.listdir(blobs)) if os.path.isdir(blobs) else []:
        within = os.path.join(blobs, algorithm)
        names += [f"blobs/{algorithm}/{name}" for name in sorted(os.listdir(within)) if os.path.isdir(within)]
    for name in names:
        path = os.path.join(folder, name)
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as stream:
            yield _Member(name, "file", "", os.path.getsize(path), stream)


def _read_member(member: _Member, layers: dict[str, LayerFacts], documents: Documents, collector: Collector) -> None:
    head = member.stream.read(512)
    is_tar = head[257:262] == b"ustar" or (member.size >= 1024 and not head.strip(b"\0"))
    if is_tar or member.name.endswith("/layer.tar"):
        # An empty head is an empty layer file; the reader then has nothing to take.
        layers[member.name] = _read_layer(_Tee(member.stream, head, collector.gzip), collector)
        return
    plain = decompressed(member.stream, head)
    if plain is not None:
        layers[member.name] = _read_layer(_Tee(plain, plain.read(512), collector.gzip), collector)
    elif member.size <= MAX_JSON and len(documents) < MAX_DOCUMENTS:
        documents[member.name] = head + member.stream.read(MAX_JSON)


def _read_layer(tee: _Tee, collector: Collector) -> LayerFacts:
    facts = LayerFacts()
    try:
        read_files(facts, TarStream(tee), collector)
    except BaseException:
        tee.close()
        raise
    facts.sha256, facts.compressed = tee.finish()
    return facts


def read_files(facts: LayerFacts, tar: TarStream, collector: Collector) -> None:
    """Fill the facts of one layer from its tar."""
    kept = 0
    for member in tar:
        path = posixpath.normpath("/" + member.name).lstrip("/")
        if member.kind == "hardlink":
            facts.hardlinks[path] = posixpath.normpath("/" + member.link).lstrip("/")
            facts.entries[path] = FileEntry("file", 0, member.mode, member.uid, member.gid, "", 0)
            continue
        size = member.size if member.kind == "file" else 0
        link = member.link if member.kind == "link" else ""
        facts.entries[path] = FileEntry(member.kind, size, member.mode, member.uid, member.gid, link, 0)
        facts.size += size
        if size:
            kept += collector.learn(facts, tar, member, path, kept)


def _assemble(
    layers: dict[str, LayerFacts],
    documents: Documents,
    links: dict[str, str],
    wanted: str,
    platform: str,
) -> Image:
    chosen = choose(documents, wanted, platform)
    config = chosen.config
    diff_ids = [str(item) for item in (config.get("rootfs") or {}).get("diff_ids") or ()]
    if len(chosen.layers) != len(diff_ids):
        raise ImageError(f"the manifest names {len(chosen.layers)} layers, the configuration {len(diff_ids)}")
    history = _history(config)
    written = [entry for entry in history if not entry.empty]
    ordered = []
    for number, (name, diff_id) in enumerate(zip(chosen.layers, diff_ids, strict=True)):
        facts = layers.get(links.get(name, name))
        if facts is None:
            raise ImageError(f"layer {name[:100]} is named in the manifest and missing from the archive")
        if f"sha256:{facts.sha256}" != diff_id:
            raise ImageError(f"layer {name[:100]} has the digest sha256:{facts.sha256}, the image says {diff_id[:80]}")
        created_by = written[number].created_by if number < len(written) else ""
        ordered.append((facts, Layer(diff_id, facts.size, facts.compressed, created_by)))
    return merge(read_config(config), ordered, history, config, chosen.digest)


def _history(config: dict[str, Any]) -> tuple[HistoryEntry, ...]:
    entries = config.get("history")
    if not isinstance(entries, list):
        return ()
    return tuple(
        HistoryEntry(str(entry.get("created_by") or ""), bool(entry.get("empty_layer")))
        for entry in entries
        if isinstance(entry, dict)
    )
