"""A tar entry by entry, read once: from a stream, or from a map of a file, which is several times faster.

Nothing in a header makes either allocate more than HEADER_LIMIT.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Final, Protocol

from jettison.image.tar_header import (
    BLOCK,
    ENTRY_LIMIT,
    EXTENSIONS,
    ZEROS,
    Entry,
    TarError,
    check_block,
    content_size,
    extend,
    extension_size,
    read_entry,
)

PIECE: Final = 1 << 18
# How often pages of a map that were read are given back: bounds the memory that counts as ours.
_RELEASE: Final = 16 << 20
# Where each header says what it is.
_MAGIC: Final = b"ustar"
_MAGIC_AT: Final = 257
_CUT: Final = "it ends in the middle of an entry"


class Reader(Protocol):
    """What gives bytes; fewer than asked for only at the end."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""


class TarStream:
    """Iterates over the entries; `read` gives the content of the entry that came last."""

    def __init__(self, stream: Reader) -> None:
        self._stream = stream
        self._left = 0
        self._padding = 0

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes of the current entry, b"" at its end; TarError when cut off."""
        want = min(size, self._left)
        if want <= 0:
            return b""
        data = self._exactly(want)
        self._left -= want
        return data

    def __iter__(self) -> Iterator[Entry]:
        """Yield every entry up to the end mark; TarError for what is no tar."""
        extra: dict[str, str] = {}
        count = 0
        while (block := self._header()) is not None:
            count += 1
            if count > ENTRY_LIMIT:
                raise TarError(f"more than {ENTRY_LIMIT} entries")
            flag = block[156:157]
            if flag in EXTENSIONS:
                size = extension_size(block)
                extend(flag, self._exactly(size), extra)
                self._exactly(-size % BLOCK)
                continue
            entry = read_entry(block, extra)
            if extra:
                extra = {}
            self._left = entry.size
            self._padding = -entry.size % BLOCK
            yield entry
            self._skip()
        if extra:
            raise TarError(_CUT)

    def _header(self) -> bytes | None:
        """Return the next header block, None at the end mark or the end.

        Some writers leave the end mark out; what is missing then, the image's digests show.
        """
        first = self._stream.read(BLOCK)
        if not first:
            return None
        block = first if len(first) == BLOCK else first + self._exactly(BLOCK - len(first))
        if block == ZEROS:
            second = self._stream.read(BLOCK)
            if second.strip(b"\0"):
                raise TarError("something follows its end")
            return None
        check_block(block)
        return block

    def _skip(self) -> None:
        left = self._left + self._padding
        self._left = 0
        while left > 0:
            left -= len(self._exactly(min(left, PIECE)))

    def _exactly(self, size: int) -> bytes:
        data = self._stream.read(size) if size else b""
        if len(data) == size:
            return data
        parts = [data]
        left = size - len(data)
        while left:
            more = self._stream.read(left)
            if not more:
                raise TarError(_CUT)
            parts.append(more)
            left -= len(more)
        return b"".join(parts)


def walk(
    data: mmap.mmap, start: int, end: int, first: int = 0, last: int | None = None, known: int = 0
) -> Iterator[Entry]:
    """Yield the entries of the tar that lies from `start` to `end` of a map; `Entry.at` counts from `start`.

    first, last: only entries whose headers begin at first <= offset < last, counted from `start`, so that
    several processes can share a tar; nothing of the others is looked at but their sizes. known: where a header
    begins that is not behind `first`; what is in front of it is not looked at at all.

    Raises:
        TarError: it is no tar, is damaged or is cut off.
    """
    at = begin = released = start + known
    stop = end if last is None else start + last
    first += start
    extra: dict[str, str] = {}
    count = 0
    while at < end and begin < stop:
        if at + BLOCK > end:
            raise TarError(_CUT)
        block = data[at : at + BLOCK]
        if not block[0] and block == ZEROS:
            if data[at + BLOCK : min(at + 2 * BLOCK, end)].strip(b"\0"):
                raise TarError("something follows its end")
            break
        at += BLOCK
        extension = block[156] in EXTENSIONS
        if extension or begin >= first:
            check_block(block)
            count += 1
            if count > ENTRY_LIMIT:
                raise TarError(f"more than {ENTRY_LIMIT} entries")
        else:
            at = _after(at, content_size(block, extra), end)
            extra = {}
            begin = at
            if at - released > _RELEASE:
                release(data, released, at)
                released = at
            continue
        if extension:
            size = extension_size(block)
            after = _after(at, size, end)
            extend(block[156:157], data[at : at + size], extra)
            at = after
            continue
        entry = read_entry(block, extra, at - start)
        if extra:
            extra = {}
        size = entry[2]
        if not size:
            yield entry
            begin = at
            continue
        after = at + size
        if after > end:
            raise TarError(_CUT)
        yield entry
        begin = at = after + -size % BLOCK
        if at - released > _RELEASE:
            release(data, released, at)
            released = at
    if extra:
        raise TarError(_CUT)


def likely_header(data: mmap.mmap, start: int, end: int, first: int, last: int) -> int | None:
    """Return the first offset from `first` on, and before `last`, where a header seems to begin; all from `start`.

    What looks like one may be the content of a file: whoever reads from here on has to be told what comes before.
    """
    at, stop = start + first, min(start + last + _MAGIC_AT + len(_MAGIC), end)
    released = at
    while at < stop:
        # A piece at a time: a map's own search is several times slower.
        piece = data[at : min(at + PIECE, stop)]
        for found in _found(piece, _MAGIC):
            header = at + found - _MAGIC_AT
            if header >= start + first and not (header - start) % BLOCK and header + BLOCK <= end:
                try:
                    check_block(data[header : header + BLOCK])
                except TarError:
                    continue
                return header - start
        at += max(len(piece) - len(_MAGIC) + 1, 1)
        if at - released > _RELEASE:
            release(data, released, at)
            released = at
    return None


def _found(data: bytes, what: bytes) -> Iterator[int]:
    at = -1
    while (at := data.find(what, at + 1)) >= 0:
        yield at


def _after(at: int, size: int, end: int) -> int:
    """Return where the next header is after a content; TarError when the content is cut off."""
    if at + size > end:
        raise TarError(_CUT)
    return at + size + -size % BLOCK


def release(data: mmap.mmap, start: int, end: int) -> None:
    """Give the pages of a range back; they are read again when they are needed."""
    start -= start % mmap.PAGESIZE
    if hasattr(mmap, "MADV_DONTNEED") and end > start:
        data.madvise(mmap.MADV_DONTNEED, start, min(end, len(data)) - start)
