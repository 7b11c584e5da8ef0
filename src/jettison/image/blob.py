"""Where the bytes of a layer lie: a part of a file, which can be mapped and read again."""

from __future__ import annotations

import hashlib
import mmap
import os
from typing import IO, Final, Protocol

from jettison.errors import ImageError
from jettison.named_tuple import NamedTuple

_SAMPLES: Final = 64
_SAMPLE: Final = 4096


class LayerReader(Protocol):
    """What gives the bytes of a layer."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""

    def close(self) -> None:
        """Give back what it holds."""


class LayerBytes(Protocol):
    """The bytes of one layer, wherever they are: a part of a file, or in a registry. size: how many."""

    @property
    def size(self) -> int:
        """Return how many bytes there are, compressed where it is compressed."""

    def evidence(self) -> str:
        """Return what must be the same for a result of an earlier run to count, besides the diff id."""

    def reader(self) -> LayerReader:
        """Return a reader from the first byte on."""


class Blob(NamedTuple):
    """A part of a file. identity: the file's device, number, size and time of change, so that another is noticed."""

    path: str
    offset: int
    size: int
    identity: tuple[int, int, int, int]

    def open(self) -> IO[bytes]:
        """Return the file, open for reading.

        Raises:
            ImageError: it is another file than the one that was looked at first.
        """
        stream = open(self.path, "rb")  # noqa: SIM115 -- the caller closes it
        if identity_of(stream) != self.identity:
            stream.close()
            raise ImageError(f"{self.path}: changed while it was read")
        return stream

    def map(self) -> mmap.mmap:
        """Return a map of the whole file; the blob lies at `offset` of it."""
        with self.open() as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)

    def head(self, size: int = 512) -> bytes:
        """Return the first bytes."""
        with self.open() as stream:
            return os.pread(stream.fileno(), min(size, self.size), self.offset)

    def reader(self) -> BlobReader:
        """Return a reader from the first byte on."""
        return BlobReader(self)

    def evidence(self) -> str:
        """Return a digest of the size and of 64 places spread over the blob: the same layer, or almost surely not."""
        digest = hashlib.sha256(str(self.size).encode())
        step = max(self.size // _SAMPLES, _SAMPLE)
        with self.open() as stream:
            for at in range(0, self.size, step):
                digest.update(os.pread(stream.fileno(), min(_SAMPLE, self.size - at), self.offset + at))
            tail = max(self.size - _SAMPLE, 0)
            digest.update(os.pread(stream.fileno(), self.size - tail, self.offset + tail))
        return digest.hexdigest()


class BlobReader:
    """Reads a blob from its start; never beyond its end."""

    def __init__(self, blob: Blob) -> None:
        self._stream = blob.open()
        self._stream.seek(blob.offset)
        self._left = blob.size

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        data = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def identity_of(stream: IO[bytes]) -> tuple[int, int, int, int]:
    """Return what tells one file from another, and from itself after a change."""
    info = os.fstat(stream.fileno())
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns
