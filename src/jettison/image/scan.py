"""One layer of a stream, read once: its entries, and what a collector keeps of its files.

Compressed layers and those that an engine sends are streams; `mapped` reads those that lie in a file as they are.
"""

from __future__ import annotations

import hashlib
import mmap
from typing import Final

from jettison.image.byte_code import HEAD, SUFFIX, ByteCode
from jettison.image.collect import MAX_LARGE, OVERLAP, PIECE, WHOLE, Collector, Content, LayerFacts
from jettison.image.columns import clean_path
from jettison.image.linked import Stored
from jettison.image.mapped import CHECKED, checksum, learn_in_pieces
from jettison.image.tar import Reader, TarStream
from jettison.image.tar_header import Entry
from jettison.secretscan.run import Placed

# Above this, a file of a stream goes through a nameless file on disk instead of memory.
IN_MEMORY: Final = 16 << 20


def scan_stream(reader: Reader, collector: Collector) -> LayerFacts:
    """Return the facts of a layer's tar that can be read only once; every file gets a digest.

    Raises:
        ValueError, zlib.error, OSError, EOFError: the stream is damaged.
    """
    facts = LayerFacts()
    tar = TarStream(reader)
    stored = Stored()
    byte_code = ByteCode()
    crc32 = checksum()
    for entry in tar:
        path = clean_path(entry.name)
        size = entry.size
        if entry.kind == "hardlink":
            stored.learn(facts, path, clean_path(entry.link), entry.mode, collector)
        if entry.kind != "file" or not size:
            facts.columns.add(path, entry, 0, 0, -1)
            continue
        facts.size += size
        if size <= IN_MEMORY:
            content = tar.read(size)
            stored.keep(path, content)
            check, digest = crc32(content[:CHECKED]), hashlib.sha256(content).digest()
            collector.learn(facts, path, entry.mode, size, content, 0)
            if path[-4:] == SUFFIX and path in facts.hits and collector.passes_over:
                byte_code.waits(Placed(path, entry.mode, size, 0, 0), content[:HEAD])
        elif size <= MAX_LARGE:
            check, digest = _spooled(facts, path, entry, tar, collector)
        else:
            check, digest = _streamed(facts, path, entry, tar, collector)
        facts.columns.digests[facts.columns.add(path, entry, size, check, -1)] = digest
    # Its source may come later than byte code: what was found there is taken back.
    for file in byte_code.with_source(facts.columns):
        facts.hits.pop(file.path, None)
    return facts


def _spooled(facts: LayerFacts, path: str, entry: Entry, tar: TarStream, collector: Collector) -> tuple[int, bytes]:
    """Look at a large file by way of a nameless one, without memory for the whole of it; return checksum and digest."""
    import tempfile

    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as spool:
        while piece := tar.read(1 << 20):
            digest.update(piece)
            spool.write(piece)
        spool.flush()
        with mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ) as data, memoryview(data) as view:
            if entry.size <= WHOLE:
                collector.learn(facts, path, entry.mode, entry.size, view, 0)
            else:
                learn_in_pieces(facts, path, entry, view, data, 0, collector)
            return checksum()(view[:CHECKED]), digest.digest()


def _streamed(facts: LayerFacts, path: str, entry: Entry, tar: TarStream, collector: Collector) -> tuple[int, bytes]:
    digest = hashlib.sha256()
    at, tail, check = 0, b"", 0
    while piece := tar.read(PIECE):
        digest.update(piece)
        check = check if at else checksum()(piece[:CHECKED])
        data: Content = tail + piece
        collector.learn(facts, path, entry.mode, entry.size, data, at - len(tail))
        at += len(piece)
        tail = piece[-OVERLAP:]
    return check, digest.digest()
