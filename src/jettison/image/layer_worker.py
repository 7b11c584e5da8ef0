"""One process that reads layers for another: it looks into their files, and makes their digests.

What is to be looked at it is told. The digests that are wanted all processes know; whoever is free takes the next,
without asking the process that waits for them, which is busy.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jettison.errors import ImageError
from jettison.image.blob import Blob, LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.decompress import Joined, decompressed
from jettison.image.digest import Hashed
from jettison.image.layer_cache import pack, unpack
from jettison.image.mapped import digest_of, scan_map
from jettison.image.scan import scan_stream
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_ENDED: Final = "a process that read the image ended early: out of memory, or the file was cut off"
_NUMBER: Final = 2
# How much a process that only makes digests gives way, as nice(2) counts it: half a share, also of a machine that others
# keep busy.
_NICE: Final = 3


class Task(NamedTuple):
    """One thing to do. kind: "scan" for a part of a plain layer that may begin anywhere, "exact" for one that is known
    to begin at a header, "stream" for a layer that can only be read from its start, "hash" for digests of whole layers.

    first, last: offsets in the layer, None for its end; number: what the caller calls it.
    """

    number: int
    kind: str
    blob: LayerBytes
    first: int = 0
    last: int | None = None

    @property
    def bytes_(self) -> int:
        """Return how many bytes are to be read."""
        return (self.blob.size if self.last is None else self.last) - self.first


class Done(NamedTuple):
    """What came of a task. plain, stored: sha256 of the layer's plain and stored bytes; failure: "" for none."""

    facts: LayerFacts | None = None
    plain: str = ""
    stored: str = ""
    failure: str = ""


class Claims:
    """Digests that nobody has begun to make, as numbers in a pipe that all processes read."""

    def __init__(self) -> None:
        self._taken, self._offered = _context().Pipe(duplex=False)
        os.set_blocking(self._taken.fileno(), False)

    def offer(self, numbers: Sequence[int]) -> None:
        """Let somebody take these; at most as many as an image may have layers."""
        os.write(self._offered.fileno(), b"".join(number.to_bytes(_NUMBER, "big") for number in numbers))

    def take(self) -> Iterator[int]:
        """Yield what no other process has taken, until nothing is left."""
        while data := self._next():
            yield int.from_bytes(data, "big")

    def _next(self) -> bytes:
        try:
            return os.read(self._taken.fileno(), _NUMBER)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        """Give the pipe back."""
        self._taken.close()
        self._offered.close()


class Worker:
    """One process and what it has to do; it can look into files where it has a collector, else only make digests.

    hashes: what their numbers mean in `claims`. Every method raises ImageError where the process died.
    """

    def __init__(self, collector: Collector | None, hashes: Sequence[Task] = (), claims: Claims | None = None) -> None:
        self.pipe, other = _context().Pipe()
        self.hashing = False
        self.tasks: deque[Task] = deque()
        self._hashes = hashes
        self._process: BaseProcess = _context().Process(
            target=_serve, args=(other, self.pipe, collector, hashes, claims), daemon=True
        )
        self._process.start()
        other.close()

    @property
    def busy(self) -> bool:
        """Return whether something is still to come of it."""
        return self.hashing or bool(self.tasks)

    @property
    def waiting(self) -> int:
        """Return how many bytes of files wait for it."""
        return sum(task.bytes_ for task in self.tasks)

    def give(self, task: Task) -> None:
        """Let it do one more task."""
        self.tasks.append(task)
        with _told_apart():
            self.pipe.send(task)

    def hash(self) -> None:
        """Let it make digests after what it has to do, as long as there are some that nobody else has begun."""
        if not self.hashing:
            self.hashing = True
            with _told_apart():
                self.pipe.send("hash")

    def take(self) -> tuple[Task, Done] | None:
        """Return a task and what came of it; None when it looked for more digests to make, and there are none."""
        with _told_apart():
            message = self.pipe.recv()
            if message is None:
                self.hashing = False
                return None
            number, some, plain, stored, failure = message
            facts = unpack(iter(self.pipe.recv_bytes, b"")) if some else None
        task = self.tasks.popleft() if number is None else self._hashes[number]
        return task, Done(facts, plain, stored, failure)

    def end(self, now: bool) -> None:
        """Let it go, at once where nobody wants what it makes."""
        if now:
            self._process.kill()
        else:
            with contextlib.suppress(OSError):
                # Later processes hold this end, too, so that closing it would not do.
                self.pipe.send(None)
        self.pipe.close()
        self._process.join()


def _context() -> Any:
    # Not needed where everything is known from earlier runs.
    import multiprocessing

    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@contextlib.contextmanager
def _told_apart() -> Any:
    """Turn the end of a process into an error of the image."""
    try:
        yield
    except (EOFError, BrokenPipeError, ConnectionResetError) as error:
        raise ImageError(_ENDED) from error


def _serve(
    pipe: Connection, parents: Connection, collector: Collector | None, hashes: Sequence[Task], claims: Claims | None
) -> None:
    """Do tasks until no more come; what runs in the process."""
    # The process that asks ends this one; an interrupt from the keyboard goes to both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parents.close()
    if collector is None:
        # The other processes have more to do with what they find: digests take what these leave of the cores.
        os.nice(_NICE)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (task := pipe.recv()) is not None:
            if task != "hash":
                _send(pipe, None, do(task, collector))
                continue
            for number in claims.take() if claims else ():
                _send(pipe, number, do(hashes[number], None))
            pipe.send(None)


def _send(pipe: Connection, number: int | None, done: Done) -> None:
    pipe.send((number, done.facts is not None, done.plain, done.stored, done.failure))
    if done.facts is not None:
        for piece in pack(done.facts):
            pipe.send_bytes(piece)
        pipe.send_bytes(b"")


def do(task: Task, collector: Collector | None) -> Done:
    """Do one task."""
    blob = task.blob
    try:
        if task.kind == "hash" and isinstance(blob, Blob):
            digest = digest_of(blob)
            return Done(None, digest, digest)
        assert collector is not None
        if task.kind == "stream" or not isinstance(blob, Blob):
            return _stream(blob, collector)
        return Done(scan_map(blob, task.first, task.last, collector, task.kind == "scan" and task.first > 0))
    except (zlib.error, OSError, ValueError, OverflowError, EOFError, ImageError) as error:
        return Done(failure=safe_line(str(error))[:300])


def _stream(blob: LayerBytes, collector: Collector) -> Done:
    reader = blob.reader()
    try:
        stored = Hashed(reader)
        head = stored.read(512)
        inner = Hashed(decompressed(stored, head) or Joined(stored, head))
        facts, failure = None, ""
        try:
            facts = scan_stream(inner, collector)
            inner.drain()
        except (zlib.error, ValueError, OverflowError, EOFError) as error:
            failure = safe_line(str(error))[:300]
        stored.drain()
        return Done(facts, inner.hexdigest() if not failure else "", stored.hexdigest(), failure)
    finally:
        reader.close()
