"""What earlier runs learnt of layers, kept by the layer's digest in the user's cache.

JETTISON_CACHE names the folder ("off": none); else XDG_CACHE_HOME/jettison. A result is found again only for
the same diff id, the same analysers, and a blob that is the same: by its digest where a registry serves it, else
by its size and 64 places of it. Nothing in it is a secret's value. A damaged result is read anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import zstandard

from jettison.cache_folder import cache_folder, keep_file, keeps_results
from jettison.image.collect import LayerFacts
from jettison.image.columns import unpack_columns
from jettison.inventory.package import Package
from jettison.secretscan.hit import Hit

MAX_BYTES: Final = 2 << 30
MAX_RESULT: Final = 1 << 30
_FORMAT: Final = 5
# Bytes in front of a piece: how long it is, and its CRC-32.
_LENGTH: Final = 4
_HEAD: Final = 8


def pack(facts: LayerFacts) -> Iterator[bytes]:
    """Yield facts as pieces of bytes: for another process, or for the cache."""
    packages = {path: [tuple(package) for package in found] for path, found in facts.packages.items()}
    hits = {path: [tuple(hit) for hit in found] for path, found in facts.hits.items()}
    yield marshal.dumps(
        (_FORMAT, facts.texts, facts.contents, packages, hits, facts.notes, facts.size, facts.sha256, facts.reach)
    )
    yield from map(marshal.dumps, facts.columns.packed())


def unpack(pieces: Iterable[bytes]) -> LayerFacts:
    """Return what `pack` was given.

    Raises:
        ValueError, EOFError, TypeError, LookupError, StopIteration: it is something else.
    """
    parts = map(marshal.loads, pieces)
    form, texts, contents, packages, hits, notes, size, sha256, reach = next(parts)
    if form != _FORMAT:
        raise ValueError("another format")
    facts = LayerFacts(unpack_columns(parts), sha256, size)
    facts.texts, facts.contents, facts.notes, facts.reach = texts, contents, notes, reach
    facts.hits = {path: [Hit(*values) for values in found] for path, found in hits.items()}
    facts.packages = {path: [Package(*values) for values in found] for path, found in packages.items()}
    return facts


class LayerCache:
    """Results of layers on disk. Every failure of the disk means: not there."""

    def __init__(self, folder: str | os.PathLike[str] | None, analyser: str) -> None:
        self._folder = folder
        self._analyser = f"{analyser}\n{_source_of_this_version()}\n{sys.version_info[:2]}"

    def get(self, diff_id: str, evidence: str) -> LayerFacts | None:
        """Return what is known of a layer, None when it must be read."""
        path = self._path(diff_id, evidence)
        if path is None:
            return None
        try:
            with open(path, "rb") as stream:
                facts = unpack(expanded(stream.read()))
            os.utime(path)
        except (OSError, ValueError, EOFError, TypeError, LookupError, StopIteration, zstandard.ZstdError):
            return None
        return facts if f"sha256:{facts.sha256}" == diff_id else None

    def packed(self, facts: LayerFacts) -> bytes:
        """Return what `put` keeps of a layer that was read whole and without a note, else nothing."""
        if self._folder is None or facts.notes:
            return b""
        # Each piece by itself, so that what is not yet compressed is never all there at once.
        compressor = zstandard.ZstdCompressor(level=1)
        kept = bytearray()
        for frame in map(compressor.compress, pack(facts)):
            kept += len(frame).to_bytes(_LENGTH, "little") + zlib.crc32(frame).to_bytes(_LENGTH, "little") + frame
        return bytes(kept)

    def put(self, diff_id: str, evidence: str, packed: bytes) -> None:
        """Keep what was learnt of a layer."""
        path = self._path(diff_id, evidence)
        if path is None or not packed:
            return
        with contextlib.suppress(OSError):
            keep_file(path, packed)

    def prune(self) -> None:
        """Delete the results that were not used for longest, as long as there are more than MAX_BYTES."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            found = [(entry.stat(), entry.path) for entry in os.scandir(self._folder) if entry.is_file()]
            total = sum(info.st_size for info, _ in found)
            for info, path in sorted(found, key=lambda pair: pair[0].st_mtime):
                if total <= MAX_BYTES:
                    break
                os.unlink(path)
                total -= info.st_size

    def _path(self, diff_id: str, evidence: str) -> str | None:
        if self._folder is None or not self._analyser:
            return None
        key = hashlib.sha256(f"{diff_id}\n{evidence}\n{self._analyser}".encode()).hexdigest()
        return os.path.join(self._folder, key)


def expanded(data: bytes) -> Iterator[bytes]:
    """Yield the pieces of a kept result.

    Raises:
        ValueError, zstandard.ZstdError: it is damaged, or is longer than a result can be.
    """
    expander = zstandard.ZstdDecompressor()
    at, left = 0, MAX_RESULT
    with memoryview(data) as view:
        while at < len(view):
            begin = at + _HEAD
            at = begin + int.from_bytes(view[begin - _HEAD : begin - _LENGTH], "little")
            frame = view[begin:at]
            # A frame's own checksum is of its content: a header that was changed would have its say before.
            if at > len(view) or zlib.crc32(frame) != int.from_bytes(view[begin - _LENGTH : begin], "little"):
                raise ValueError("damaged")
            if zstandard.frame_content_size(frame) > left:
                raise ValueError("too long")
            piece = expander.decompress(frame)
            left -= len(piece)
            yield piece


def results_folder() -> str | None:
    """Return where results are kept, None when the user wants none kept."""
    return os.path.join(cache_folder(), "layers") if keeps_results() else None


@cache
def _source_of_this_version() -> str:
    """Return what changes with every change of the code that reads layers, also between versions."""
    root = os.path.dirname(os.path.dirname(__file__))
    digest = hashlib.sha256()
    for part in ("image", "inventory", "secretscan", "knowledge"):
        folder = os.path.join(root, part)
        for entry in sorted(os.scandir(folder), key=lambda e: e.name) if os.path.isdir(folder) else ():
            if entry.name.endswith((".py", ".toml")):
                info = entry.stat()
                digest.update(f"{part}/{entry.name} {info.st_size} {info.st_mtime_ns}\n".encode())
    return digest.hexdigest()
