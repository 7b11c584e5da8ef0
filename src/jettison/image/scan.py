"""One layer read once: its entries, and what a collector keeps of its files.

A layer that lies in a file as it is, is mapped: nothing is copied, and several processes share it. Compressed
layers and those that an engine sends are streams.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import tempfile
import zlib
from collections import defaultdict
from typing import Any, Final

from jettison.image.blob import Blob
from jettison.image.collect import MAX_LARGE, OVERLAP, PIECE, WHOLE, Collector, Content, LayerFacts
from jettison.image.columns import clean_path
from jettison.image.tar import Reader, TarStream, release, walk
from jettison.image.tar_header import Entry

# Above this, a file of a stream goes through a nameless file on disk instead of memory.
IN_MEMORY: Final = 16 << 20


def _crc32() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.crc32
    # Ten times as fast.
    return isal_zlib.crc32


def scan_map(blob: Blob, first: int, last: int | None, collector: Collector) -> LayerFacts:
    """Return the facts of a plain layer's entries whose headers begin at first <= offset < last.

    Raises:
        TarError: it is damaged.
    """
    facts = LayerFacts()
    data = blob.map()
    try:
        _walk(facts, data, blob, first, last, collector)
        if not collector.digests:
            _confirm_equal(facts, data, blob.offset)
    finally:
        # Something may still hold a view of it after an error; the map then ends with that.
        with contextlib.suppress(BufferError):
            data.close()
    return facts


def _walk(facts: LayerFacts, data: mmap.mmap, blob: Blob, first: int, last: int | None, collector: Collector) -> None:
    crc32, add, learn, digests = _crc32(), facts.columns.add, collector.learn, collector.digests
    start = blob.offset
    with memoryview(data) as view:
        for entry in walk(data, start, start + blob.size, first, last):
            path = clean_path(entry.name)
            size = entry.size
            if entry.kind != "file" or not size:
                add(path, entry, 0, 0, -1)
                continue
            at = start + entry.at
            facts.size += size
            if size > WHOLE:
                check, digest = _in_pieces(facts, path, entry, view[at : at + size], data, at, collector)
            else:
                with view[at : at + size] as content:
                    check = crc32(content)
                    learn(facts, path, entry.mode, size, content, 0)
                    digest = hashlib.sha256(content).digest() if digests else b""
            index = add(path, entry, size, check, entry.at)
            if digest:
                facts.columns.digests[index] = digest


def _in_pieces(
    facts: LayerFacts, path: str, entry: Entry, view: memoryview, data: mmap.mmap, at: int, collector: Collector
) -> tuple[int, bytes]:
    crc32, check, digest = _crc32(), 0, hashlib.sha256()
    for begin in range(0, len(view), PIECE):
        piece = view[begin : begin + PIECE]
        check = crc32(piece, check)
        if collector.digests:
            digest.update(piece)
        from_ = max(begin - OVERLAP, 0)
        collector.learn(facts, path, entry.mode, entry.size, view[from_ : begin + PIECE], from_)
        release(data, at + max(begin - PIECE, 0), at + from_)
    collector.learn_large(facts, path, entry.mode, entry.size, view)
    release(data, at, at + entry.size)
    return check, digest.digest() if collector.digests else b""


def confirm_parts(facts: LayerFacts, blob: Blob) -> None:
    """Make the digests of files in different parts of a layer that seem to be equal."""
    data = blob.map()
    _confirm_equal(facts, data, blob.offset)
    data.close()


def _confirm_equal(facts: LayerFacts, data: mmap.mmap, start: int) -> None:
    """Make the digests of files that seem to be equal: the same size and checksum."""
    columns = facts.columns
    groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (size, check) in enumerate(zip(columns.sizes, columns.checks, strict=True)):
        if size:
            groups[size, check].append(index)
    for (size, _), members in groups.items():
        if len(members) > 1:
            for index in members:
                if index in columns.digests:
                    continue
                at = start + columns.offsets[index]
                columns.digests[index] = sha256_of(data, at, size)


def sha256_of(data: mmap.mmap, at: int, size: int) -> bytes:
    """Return the digest of a part of a map."""
    digest = hashlib.sha256()
    for begin in range(at, at + size, PIECE):
        end = min(begin + PIECE, at + size)
        digest.update(data[begin:end])
        if end - begin == PIECE:
            release(data, begin, end)
    return digest.digest()


def scan_stream(reader: Reader, collector: Collector) -> LayerFacts:
    """Return the facts of a layer's tar that can be read only once; every file gets a digest.

    Raises:
        ValueError, zlib.error, OSError, EOFError: the stream is damaged.
    """
    facts = LayerFacts()
    tar = TarStream(reader)
    crc32 = _crc32()
    for entry in tar:
        path = clean_path(entry.name)
        size = entry.size
        if entry.kind != "file" or not size:
            facts.columns.add(path, entry, 0, 0, -1)
            continue
        facts.size += size
        if size <= IN_MEMORY:
            content = tar.read(size)
            check, digest = crc32(content), hashlib.sha256(content).digest()
            collector.learn(facts, path, entry.mode, size, content, 0)
        elif size <= MAX_LARGE:
            check, digest = _spooled(facts, path, entry, tar, collector)
        else:
            check, digest = _streamed(facts, path, entry, tar, collector)
        facts.columns.digests[facts.columns.add(path, entry, size, check, -1)] = digest
    return facts


def _spooled(facts: LayerFacts, path: str, entry: Entry, tar: TarStream, collector: Collector) -> tuple[int, bytes]:
    """Read a large file by way of a nameless file, so that it can be looked at as a whole without memory for it."""
    crc32, check, digest = _crc32(), 0, hashlib.sha256()
    with tempfile.TemporaryFile() as spool:
        while piece := tar.read(1 << 20):
            check = crc32(piece, check)
            digest.update(piece)
            spool.write(piece)
        spool.flush()
        with mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ) as data, memoryview(data) as view:
            if entry.size <= WHOLE:
                collector.learn(facts, path, entry.mode, entry.size, view, 0)
            else:
                _in_pieces(facts, path, entry, view, data, 0, collector)
    return check, digest.digest()


def _streamed(facts: LayerFacts, path: str, entry: Entry, tar: TarStream, collector: Collector) -> tuple[int, bytes]:
    crc32, check, digest = _crc32(), 0, hashlib.sha256()
    at, tail = 0, b""
    while piece := tar.read(PIECE):
        check = crc32(piece, check)
        digest.update(piece)
        data: Content = tail + piece
        collector.learn(facts, path, entry.mode, entry.size, data, at - len(tail))
        at += len(piece)
        tail = piece[-OVERLAP:]
    return check, digest.digest()
