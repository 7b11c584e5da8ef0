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
    if head[:2] == GZIP:
        return _Gunzip(stream, head)
    if head[:4] == ZSTD:
        return _Unzstd(stream, head)
    return None


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
                break
            self._out += self._inflate.decompress(raw, _PIECE)
            self._pending = getattr(self._inflate, "unconsumed_tail", b"")
        data, self._out = self._out[:want], self._out[want:]
        return data


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
