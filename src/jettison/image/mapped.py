"""One layer that lies in a file as it is: mapped, so that nothing is copied and several processes share it.

Files that follow one another are looked at together, a run of about a megabyte at a time: most are so small that
asking for each by itself would take longer than looking at it.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from jettison.image.blob import Blob
from jettison.image.byte_code import HEAD, SUFFIX, ByteCode
from jettison.image.collect import OVERLAP, PIECE, WHOLE, Collector, LayerFacts
from jettison.image.columns import clean_path
from jettison.image.shipped import shipped_in
from jettison.image.tar import likely_header, release, walk
from jettison.image.tar_header import BLOCK, Entry
from jettison.secretscan.machine_code import without_code
from jettison.secretscan.run import Placed

# Bytes and entries of a run: what the processor's cache holds, and little enough memory.
RUN: Final = 1 << 20
RUN_ENTRIES: Final = 1024
_BEHIND: Final = 512
_UNCLEAN: Final = ("/", ".")
# What is compared with a copy of both sides.
_COPIED: Final = 16 << 10
_new: Final = tuple.__new__


# Bytes of a digest at a time: more pages of a map than these need not be there at once.
HASHED: Final = 2 << 20
# Bytes at a time of a digest for which nothing else looks at them.
COPIED: Final = 128 << 10
# So much of a file is in its checksum: of files of one size it tells nearly all that differ.
CHECKED: Final = 64 << 10


def checksum() -> Callable[[bytes | memoryview], int]:
    """Return the fastest CRC-32 there is."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.crc32
    # Ten times as fast.
    found: Callable[[bytes | memoryview], int] = isal_zlib.crc32
    return found


def scan_map(blob: Blob, first: int, last: int | None, collector: Collector, guess: bool = False) -> LayerFacts:
    """Return the facts of a plain layer's entries whose headers begin at first <= offset < last.

    guess: begin at what looks like a header, without looking at what comes before; `reach` says where that was.

    Raises:
        TarError: it is damaged.
    """
    facts = LayerFacts()
    data = blob.map()
    try:
        with memoryview(data) as view:
            known: int | None = 0
            if guess:
                known = likely_header(
                    data, blob.offset, blob.offset + blob.size, first, blob.size if last is None else last
                )
            if known is not None:
                facts.reach = known, known
                _walk(facts, data, view, blob, first, last, collector)
            if not collector.digests:
                _confirm_equal(facts, data, view, blob.offset)
    finally:
        # Something may still hold a view of it after an error; the map then ends with that.
        with contextlib.suppress(BufferError):
            data.close()
    return facts


def _walk(
    facts: LayerFacts, data: mmap.mmap, view: memoryview, blob: Blob, first: int, last: int | None, collector: Collector
) -> None:
    start = blob.offset
    run = _Run(facts, view, start, collector)
    entries, paths, placed = run.entries, run.paths, run.placed
    known = facts.reach[0]
    passes_over = collector.passes_over
    shipped: Mapping[str, int] = shipped_in(blob) if passes_over else {}
    byte_code = ByteCode()
    entry = None
    for entry in walk(data, start, start + blob.size, first, last, known):
        name, kind, size, mode, _, _, _, mtime, at, _ = entry
        # As `clean_path` does, without a call for the names that are clean.
        if name[-1:] == "/":
            name = name[:-1]
        path = clean_path(name) if "/." in name or "//" in name or name[:1] in _UNCLEAN else name
        if kind != "file" or not size:
            entries.append(entry)
            paths.append(path)
            if len(entries) >= RUN_ENTRIES:
                run.end()
            continue
        at += start
        facts.size += size
        search = mtime >= shipped.get(path, mtime)
        if size > WHOLE:
            run.end()
            digest = learn_in_pieces(facts, path, entry, view[at : at + size], data, at, collector, search)
            index = facts.columns.add(path, entry, size, checksum()(view[at : at + CHECKED]), entry.at)
            if digest:
                facts.columns.digests[index] = digest
            continue
        if search and passes_over and path[-4:] == SUFFIX:
            search = not byte_code.waits(Placed(path, mode, size, at, 0), data[at : at + HEAD])
        # What stands in front of a file or behind it in the tar must not be taken for a part of a word in it.
        # A large file is looked at by itself, so that of a program what needs no search is told from the rest.
        if size >= RUN or data[at - 1] or search is not run.search:
            run.end()
            run.search = search
        if not placed:
            run.begin = at
        at -= run.begin
        placed.append(_new(Placed, (path, mode, size, at, len(entries))))
        entries.append(entry)
        paths.append(path)
        if not size % BLOCK or at + size >= RUN or len(entries) >= RUN_ENTRIES:
            run.end()
    run.end()
    for file in byte_code.without_source(facts.columns):
        with view[file.at : file.at + file.size] as content:
            collector.learn_run(facts, [file._replace(at=0)], content)
    if entry is not None:
        facts.reach = known, entry.at + entry.size + -entry.size % BLOCK


class _Run:
    """Entries that follow one another, until there are enough of them."""

    def __init__(self, facts: LayerFacts, view: memoryview, start: int, collector: Collector) -> None:
        self._facts = facts
        self._view = view
        self._start = start
        self._collector = collector
        self.entries: list[Entry] = []
        self.paths: list[str] = []
        self.placed: list[Placed] = []
        # Where the first file of the run begins in the map.
        self.begin = 0
        # Whether its files are searched for secrets.
        self.search = True

    def end(self) -> None:
        """Look at the files together, and begin anew."""
        if not self.entries:
            return
        columns, placed = self._facts.columns, self.placed
        checks = [0] * len(self.entries)
        ats = [-1] * len(self.entries)
        if placed:
            crc32, offset = checksum(), self.begin - self._start
            _, _, size, at, _ = placed[-1]
            with self._view[self.begin : self.begin + at + size] as data:
                self._collector.learn_run(self._facts, placed, data, self.search)
                for _, _, size, at, index in placed:
                    checks[index] = crc32(data[at : at + (size if size < CHECKED else CHECKED)])
                    if self._collector.digests:
                        digest = hashlib.sha256(data[at : at + size]).digest()
                        columns.digests[len(columns.names) + index] = digest
                    ats[index] = offset + at
        columns.add_all(self.paths, self.entries, checks, ats)
        for part in (self.entries, self.paths, placed):
            part.clear()


def learn_in_pieces(
    facts: LayerFacts,
    path: str,
    entry: Entry,
    view: memoryview,
    data: mmap.mmap,
    at: int,
    collector: Collector,
    search: bool = True,
) -> bytes:
    """Show a very large file, which begins at `at` of a map, to a collector; return its digest where that wants it.

    search: whether it is searched for secrets.
    """
    for begin, end in pieces(view) if search else ():
        collector.learn(facts, path, entry.mode, entry.size, view[begin:end], begin)
        release(data, at + begin, at + end)
    collector.learn_large(facts, path, entry.mode, entry.size, view)
    release(data, at, at + entry.size)
    if not collector.digests:
        return b""
    with memoryview(data) as whole:
        return sha256_of(data, whole, at, entry.size)


def pieces(view: memoryview) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of what a search has to see of a very large file; pieces that follow one another overlap."""
    for first, last in without_code(view):
        # What ends where the text does must not seem to be cut off.
        last = min(last + _BEHIND, len(view))
        for begin in range(first, last, PIECE):
            yield max(begin - OVERLAP, first), min(begin + PIECE, last)


def confirm_parts(facts: LayerFacts, blob: Blob) -> None:
    """Make the digests of files in different parts of a layer that seem to be equal."""
    data = blob.map()
    with memoryview(data) as view:
        _confirm_equal(facts, data, view, blob.offset)
    data.close()


def _confirm_equal(facts: LayerFacts, data: mmap.mmap, view: memoryview, start: int) -> None:
    """Make the digests of files that seem to be equal: the same size and checksum."""
    columns = facts.columns
    keys = [size << 32 | check for size, check in zip(columns.sizes, columns.checks, strict=True)]
    several = {key for key, count in Counter(keys).items() if count > 1 and key >> 32}
    if not several:
        return
    digests, offsets = columns.digests, columns.offsets
    first: dict[int, int] = {}
    for index, key in enumerate(keys):
        if key not in several:
            continue
        at, size, one = start + offsets[index], key >> 32, first.setdefault(key, index)
        if index in digests:
            continue
        # Nearly all are equal to the first of them, which comparing tells in a fraction of the time of a digest.
        if one != index and size < PIECE and _is_same(data, view, at, start + offsets[one], size):
            digests[index] = digests[one]
        else:
            digests[index] = sha256_of(data, view, at, size)


def _is_same(data: mmap.mmap, view: memoryview, at: int, other: int, size: int) -> bool:
    """Return whether as many bytes at two places are the same."""
    if size < _COPIED:
        return data[at : at + size] == data[other : other + size]
    # A view is as long in the making as a short copy, but memory for a long one comes from the system each time.
    return data[at : at + size].startswith(view[other : other + size])


def digest_of(blob: Blob) -> str:
    """Return the sha256 of a blob, in hex.

    Raises:
        EOFError: it was cut off.
    """
    digest, at, end = hashlib.sha256(), blob.offset, blob.offset + blob.size
    # What is copied stays in the processor's cache, and costs less than the pages of a map.
    copy = memoryview(bytearray(COPIED))
    with blob.open() as stream:
        while at < end:
            size = os.preadv(stream.fileno(), [copy[: end - at]], at)
            if not size:
                raise EOFError("it was cut off while it was read")
            digest.update(copy[:size])
            at += size
    return digest.hexdigest()


def sha256_of(data: mmap.mmap, view: memoryview, at: int, size: int) -> bytes:
    """Return the digest of a part of a map; view: of the whole of it."""
    digest = hashlib.sha256()
    for begin in range(at, at + size, HASHED):
        end = min(begin + HASHED, at + size)
        with view[begin:end] as content:
            digest.update(content)
        # What is small may be looked at again.
        if size > HASHED:
            release(data, begin, end)
    return digest.digest()
