"""The digest of a layer and its size under gzip, on a thread of its own while the layer is read."""

from __future__ import annotations

import hashlib
import zlib
from queue import Queue
from threading import Thread
from typing import Any, Final

from jettison.image.tar import PIECE, Reader

GZIP_LEVEL: Final = 1
# Pieces that may wait: bounds the memory, and is enough to keep both threads busy.
WAITING: Final = 16


def _compressor() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(GZIP_LEVEL)
    return isal_zlib.compressobj(GZIP_LEVEL)


class Digester:
    """Takes the pieces of one layer. hashlib and zlib let go of the interpreter while they work."""

    def __init__(self, gzip: bool = True) -> None:
        self._sha256 = hashlib.sha256()
        self._gzip = _compressor() if gzip else None
        self._compressed = 0
        self._failure: BaseException | None = None
        self._queue: Queue[bytes] = Queue(WAITING)
        self._thread = Thread(target=self._work, daemon=True)
        self._thread.start()

    def take(self, data: bytes) -> None:
        """Add the next piece; an empty one is nothing."""
        if data:
            self._queue.put(data)

    def finish(self) -> tuple[str, int]:
        """Return (sha256 in hex, bytes under gzip, 0 when not asked for) of everything taken.

        Raises:
            OSError: the work failed (out of memory, for one).
        """
        self._queue.put(b"")
        self._thread.join()
        if self._failure is not None:
            raise OSError(f"the digest of a layer could not be made: {type(self._failure).__name__}")
        return self._sha256.hexdigest(), self._compressed

    def _work(self) -> None:
        while data := self._queue.get():
            # After a failure the queue is still emptied: a full one would block the reader for ever.
            if self._failure is None:
                self._add(data)
        if self._failure is None and self._gzip is not None:
            self._compressed += len(self._gzip.flush())

    def _add(self, data: bytes) -> None:
        try:
            self._sha256.update(data)
            if self._gzip is not None:
                self._compressed += len(self._gzip.compress(data))
        except BaseException as error:
            self._failure = error


class Hashed:
    """A reader that hashes what goes through it, and gives large pieces even where small ones are asked for."""

    def __init__(self, stream: Reader) -> None:
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self._buffer = b""
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """Return at most `size` of the next bytes, b"" at the end."""
        if self._at >= len(self._buffer):
            self._take()
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        return data

    def drain(self) -> None:
        """Read to the end."""
        while self._buffer:
            self._take()

    def hexdigest(self) -> str:
        """Return the digest of all that was read."""
        return self._sha256.hexdigest()

    def _take(self) -> None:
        self._buffer, self._at = self._stream.read(PIECE), 0
        self._sha256.update(self._buffer)
