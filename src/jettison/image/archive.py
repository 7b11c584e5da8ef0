"""An image of an archive or a layout: nothing is ever unpacked to disk.

Docker's old layout (`ID/layer.tar`), the layout with `blobs/sha256` and manifest.json, OCI layouts, each in a tar or
unpacked in a folder, and folders as skopeo's `dir:` writes them; layers plain, gzip or zstd.
Source: OCI image specification; Docker image specification v1.2.
"""

from __future__ import annotations

import os
import posixpath
import zlib
from collections.abc import Iterator, Mapping
from typing import IO, Final

from jettison.errors import ImageError, SourceError
from jettison.image.assemble import as_it_is, assemble, diff_ids_of, image_of
from jettison.image.blob import Blob, identity_of
from jettison.image.collect import Collector, LayerFacts
from jettison.image.copied_folder import copied_index, is_copied_folder
from jettison.image.decompress import compression, decompressed
from jettison.image.image import Image
from jettison.image.manifest import Chosen, choose
from jettison.image.tar import PIECE, Reader, TarStream, walk
from jettison.image.tar_header import BLOCK, TarError, check_block
from jettison.image.unpacked_archive import files_of_unpacked, is_unpacked_archive
from jettison.terminal import safe_line

MAX_JSON: Final = 4 * 1024 * 1024
MAX_DOCUMENTS: Final = 2000
MAX_LAYER: Final = 64 * 1024 * 1024 * 1024
MAX_MEMBERS: Final = 100_000
_PACKED: Final = {b"\xfd7zXZ\0": "xz", b"BZh": "bzip2"}
_READ_ERRORS: Final = (zlib.error, OSError, ValueError, OverflowError, EOFError)


class Members(Mapping[str, bytes]):
    """The files of an archive or a layout by name; the small ones can be read as documents.

    made: documents that such a layout has and this one lacks.
    """

    def __init__(self) -> None:
        self.made: dict[str, bytes] = {}
        self.blobs: dict[str, Blob] = {}
        self.links: dict[str, str] = {}

    def blob(self, name: str) -> Blob | None:
        """Return where a file lies; links between the archive's own files are followed once."""
        return self.blobs.get(self.links.get(name, name))

    def __getitem__(self, name: str) -> bytes:
        if name in self.made:
            return self.made[name]
        blob = self.blob(name)
        if blob is None:
            raise KeyError(name)
        if blob.size > MAX_JSON:
            raise ImageError(f"{name[:100]} has {blob.size} bytes, more than the {MAX_JSON} a document may have")
        return blob.head(blob.size)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self.made or self.blob(name) is not None)

    def __iter__(self) -> Iterator[str]:
        return iter((*self.made, *self.blobs))

    def __len__(self) -> int:
        return len(self.made) + len(self.blobs)


def read_file(path: str, collector: Collector, wanted: str = "", platform: str = "", strict: bool = True) -> Image:
    """Return an image of an archive on disk: the one that `wanted` names, else the first.

    strict: a layer that cannot be read is an error; else it is left out, and the image's `damage` says so.

    Raises:
        ImageError: the archive is cut off, damaged, too large, holds no such image, or a digest does not fit.
        SourceError: the file cannot be opened.
    """
    return assemble(*find_in_file(path, wanted, platform), collector, strict, as_it_is)


def find_in_file(path: str, wanted: str = "", platform: str = "") -> tuple[Members, Chosen]:
    """Return the files of an archive on disk, and the image that `wanted` names, else the first.

    Raises:
        ImageError, SourceError: as for `read_file`.
    """
    try:
        members = _members_of_file(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, OverflowError) as error:
        raise ImageError(f"the image archive cannot be read: {safe_line(str(error))}") from error
    return members, choose(members, wanted, platform)


def read_layout(path: str, collector: Collector, wanted: str = "", platform: str = "", strict: bool = True) -> Image:
    """Return an image of an OCI layout in a folder.

    Raises:
        ImageError: as for an archive.
    """
    return assemble(*find_in_layout(path, wanted, platform), collector, strict, as_it_is)


def find_in_layout(path: str, wanted: str = "", platform: str = "") -> tuple[Members, Chosen]:
    """Return the files of an OCI layout in a folder, and the image that `wanted` names, else the first.

    Raises:
        ImageError: as for an archive.
    """
    members = _members_of_folder(path)
    if not ("index.json" in members or "manifest.json" in members):
        raise ImageError("it is an OCI layout without index.json, which names its images; copy that file, too")
    return members, choose(members, wanted, platform)


def _is_tar(head: bytes) -> None:
    """Raise TarError where the first block of a file is no header of a tar: what it is instead is not ours to guess."""
    marked = head[257:262] == b"ustar"
    try:
        if len(head) == BLOCK:
            check_block(head)
            return
    except TarError:
        if marked:
            raise
    packed = next((name for mark, name in _PACKED.items() if head.startswith(mark)), "")
    if packed:
        raise TarError(f"it is compressed with {packed}; unpack it first ({packed} -d)")
    if head.lstrip()[:1] == b"{":
        raise TarError("it is JSON, no image; a bill of materials is what `jettison scan` takes")
    # One that is cut off in its first header is told when it is read.
    if not marked:
        raise TarError("it is no tar: neither what `docker save` writes nor an OCI layout")


def _members_of_file(path: str) -> Members:
    members = Members()
    with open(path, "rb") as stream:
        identity = identity_of(stream)
    size = identity[2]
    if not size:
        raise ValueError("it is empty")
    whole = Blob(path, 0, size, identity)
    head = whole.head()
    if compression(head):
        raise ValueError("it is compressed as a whole; unpack it first (gunzip, zstd -d)")
    _is_tar(head)
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
    if is_copied_folder(folder):
        members.made["index.json"], names = copied_index(folder)
    elif not is_oci_layout(folder) and is_unpacked_archive(folder):
        names = dict(files_of_unpacked(folder))
    else:
        names = {name: name for name in _names_in_layout(folder)}
    for name, file in names.items():
        path = os.path.join(folder, file)
        # A link may lead anywhere: what a layout holds, it holds itself.
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as stream:
            identity = identity_of(stream)
        members.blobs[name] = Blob(path, 0, identity[2], identity)
    return members


def is_oci_layout(path: str) -> bool:
    """Return whether a folder is an OCI layout, also one that lacks its index."""
    files = (os.path.isfile(os.path.join(path, name)) for name in ("index.json", "oci-layout"))
    return any(files) or os.path.isdir(os.path.join(path, "blobs", "sha256"))


def _names_in_layout(folder: str) -> Iterator[str]:
    yield from ("index.json", "manifest.json", "oci-layout")
    blobs = os.path.join(folder, "blobs")
    for algorithm in sorted(os.listdir(blobs)) if os.path.isdir(blobs) else []:
        within = os.path.join(blobs, algorithm)
        yield from (f"blobs/{algorithm}/{name}" for name in os.listdir(within) if os.path.isdir(within))


class _Tee:
    """Reads a layer once for its files, its digest and its size under gzip."""

    def __init__(self, stream: Reader, head: bytes, gzip: bool) -> None:
        # Here and below: not needed where all layers lie in a file and are known.
        from jettison.image.digest import Digester

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
    if collector is None:
        from jettison.image.proof_collector import ProofCollector

        collector = ProofCollector()
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
    return image_of(chosen, diff_ids, ordered, (None,) * len(ordered), (), 0)


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
    from jettison.image.scan import scan_stream

    try:
        facts = scan_stream(tee, collector)
    except BaseException:
        tee.close()
        raise
    facts.sha256, facts.compressed = tee.finish()
    return facts
