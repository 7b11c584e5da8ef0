"""How far the reading of an image is, for whoever wants to show it.

A context variable, since the bytes are read far below the command that shows the bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO

# (bytes read so far, bytes in all; 0 where that is not known)
OnBytes = Callable[[int, int], None]
_observer: ContextVar[OnBytes | None] = ContextVar("observer", default=None)


@contextmanager
def watched(observer: OnBytes) -> Iterator[None]:
    """Tell `observer` of the bytes that are read inside; always in this process and thread."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def tell(done: int, total: int = 0) -> None:
    """Say how many bytes were read; cheap where nobody listens."""
    observer = _observer.get()
    if observer is not None:
        observer(done, total)


class Told:
    """A stream whose bytes are told of as they come; how many will come is not known."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._done = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` of the next bytes, b"" at the end."""
        data = self._stream.read(size)
        self._done += len(data)
        tell(self._done)
        return data
