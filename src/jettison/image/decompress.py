"""Compressed layers as plain bytes, a piece at a time, never more than a bounded piece in memory.

gzip through ISA-L where it is installed (several times faster than zlib), zstd through `zstandard` or, from
Python 3.14 on, the standard library.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

from jettison.errors import ImageError
from jettison.image.tar import Reader

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
# Above RATIO_FROM plain bytes, a layer that grew more than RATIO times is a bomb and no file system.
RATIO: Final = 200
RATIO_FROM: Final = 100 << 20
_CHUNK: Final = 1 << 17
_PIECE: Final = 1 << 20


def compression(head: bytes) -> str:
    """Return "gzip" or "zstd" by the first bytes, "" for neither."""
    return "gzip" if head[:2] == GZIP else "zstd" if head[:4] == ZSTD else ""


def decompressed(stream: Reader, head: bytes) -> Reader | None:
    """Return a reader of the plain bytes when `head` begins a compressed stream, else None.

    Raises:
        ImageError: the compression is known, and nothing that reads it is installed.
    """
    counted = _Counted(stream, len(head))
    if head[:2] == GZIP:
        return _Bounded(_Gunzip(counted, head), counted)
    if head[:4] == ZSTD:
        return _Bounded(_Unzstd(counted, head), counted)
    return None


class _Counted:
    """A stream that knows how much was read of it."""

    def __init__(self, stream: Reader, size: int) -> None:
        self._stream = stream
        self.size = size

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self.size += len(data)
        return data


class _Bounded:
    """Plain bytes as long as they are not absurdly more than the compressed ones."""

    def __init__(self, plain: Reader, packed: _Counted) -> None:
        self._plain = plain
        self._packed = packed
        self._size = 0

    def read(self, size: int, /) -> bytes:
        data = self._plain.read(size)
        self._size += len(data)
        if self._size > RATIO_FROM and self._size > RATIO * self._packed.size:
            raise ValueError(f"{self._packed.size} compressed bytes become more than {RATIO} times as many")
        return data


class _Gunzip:
    """A gzip stream as plain bytes; members that follow one another are one stream (RFC 1952)."""

    def __init__(self, stream: Reader, head: bytes) -> None:
        self._stream = stream
        self._inflate = _inflater()
        self._pending = head
        self._out = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` plain bytes."""
        want = size if size >= 0 else _PIECE
        while len(self._out) < want:
            if self._inflate.eof:
                self._pending = self._inflate.unused_data or self._stream.read(_CHUNK)
                if self._pending[:2] != GZIP:
                    break
                self._inflate = _inflater()
            raw = self._pending or self._stream.read(_CHUNK)
            if not raw:
                raise ValueError("a gzip stream that is cut off")
            self._out += self._plain(raw)
            self._pending = getattr(self._inflate, "unconsumed_tail", b"")
        data, self._out = self._out[:want], self._out[want:]
        return data

    def _plain(self, raw: bytes) -> bytes:
        try:
            return bytes(self._inflate.decompress(raw, _PIECE))
        except Exception as error:
            # ISA-L's errors are of a class of its own.
            raise ValueError(f"a damaged gzip stream: {error}"[:200]) from error


def _inflater() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompressobj(31)
    return isal_zlib.decompressobj(31)


class _Unzstd:
    """A zstd stream as plain bytes; frames that follow one another are one stream (RFC 8878)."""

    def __init__(self, stream: Reader, head: bytes) -> None:
        self._reader = _zstd_reader(Joined(stream, head))

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` plain bytes.

        Raises:
            ValueError: the stream is damaged.
        """
        try:
            return bytes(self._reader.read(size if size >= 0 else _PIECE))
        except Exception as error:
            raise ValueError(f"a damaged zstd stream: {type(error).__name__}") from error


class Joined:
    """What was already read, and then the stream."""

    def __init__(self, stream: Reader, head: bytes) -> None:
        self._stream = stream
        self._head = head

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        if self._head:
            want = size if size >= 0 else len(self._head)
            data, self._head = self._head[:want], self._head[want:]
            return data
        return self._stream.read(size if size >= 0 else _CHUNK)


def _zstd_reader(source: Any) -> Any:
    try:
        import zstandard
    except ImportError:
        raise ImageError("a layer is compressed with zstd: `pip install zstandard` lets it be read") from None
    # 128 MB of window is what the format's own tools accept at most without being asked.
    return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(source, read_across_frames=True)
