"""Layers read by several processes: the largest first, a large plain one in parts, its digest beside it.

What the files hold is told as soon as it is known; the digests of the layers follow, so that their reader goes on
meanwhile and throws away what it made where one does not fit.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from jettison.errors import ImageError
from jettison.image.blob import Blob, LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.decompress import Joined, decompressed
from jettison.image.digest import Hashed
from jettison.image.layer_cache import pack, unpack
from jettison.image.mapped import scan_map
from jettison.image.reading import tell
from jettison.image.scan import scan_stream
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

# Below this, starting processes takes longer than it saves.
MIN_PARALLEL: Final = 48 << 20
MIN_PART: Final = 64 << 20
MAX_PROCESSES: Final = 8
TELL_SECONDS: Final = 0.2
# Tasks that wait at a process, so that it has one while this process is busy.
AHEAD: Final = 2
MAX_WAITING: Final = 32
# While the patterns are compiled, a process hashes about so many bytes.
HASHED_FIRST: Final = 512 << 20
_ENDED: Final = "a process that read the image ended early: out of memory, or the file was cut off"


@dataclass(slots=True)
class Wanted:
    """One layer to read.

    blob: where it lies; diff_id: what its plain bytes must hash to; stored: the same of the blob; plain: whether
    the blob is the tar itself, in a file; ranges: of its parts, in order; sure: those that need no confirmation;
    left: parts that were not yet read.
    """

    number: int
    blob: LayerBytes
    diff_id: str
    stored: str = ""
    plain: bool = True
    ranges: list[tuple[int, int | None]] = field(default_factory=list)
    sure: set[int] = field(default_factory=set)
    parts: dict[int, LayerFacts] = field(default_factory=dict)
    sha256: str = ""
    failure: str = ""
    left: int = 0

    @property
    def facts(self) -> LayerFacts:
        """Return what the parts hold together."""
        whole = LayerFacts()
        for _, part in sorted(self.parts.items()):
            whole.columns.extend(part.columns)
            for name in ("texts", "contents", "packages", "hits"):
                getattr(whole, name).update(getattr(part, name))
            whole.notes += [note for note in part.notes if note not in whole.notes]
            whole.size += part.size
        whole.sha256 = self.sha256
        return whole

    def doubtful(self) -> tuple[int, int | None] | None:
        """Return the first part that began where no header is, None when all parts fit together.

        A part begins at what looks like a header, which in the content of a file may be none: it is one where the part
        before ends.
        """
        end = 0
        for first, last in self.ranges:
            part = self.parts.get(first)
            if first in self.sure:
                end = part.reach[1] if part and part.columns.names else end
                continue
            if part is None:
                return first, last
            if part.columns.names:
                if part.reach[0] != end:
                    return first, last
                end = part.reach[1]
            elif last is None or end < last:
                return first, last
        return None


_Task = tuple[Wanted, str, int, int | None]
_Result = tuple[bytes, tuple[str, str], str]


class LayerReaders:
    """Fills in the facts, the digest or the failure of each layer: `scan` reads the files, `finish` waits for the rest.

    Raises, in both:
        ImageError: a process died (out of memory, or the file was cut off while it was read).
    """

    def __init__(self, wanted: list[Wanted], collector: Collector, processes: int | None = None) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = processes or min(cores, MAX_PROCESSES)
        self._collector = collector
        self._total = sum(layer.blob.size for layer in wanted)
        self._read = 0
        self._scans, self._hashes = _tasks(wanted, count, self._total)
        for layer, _, _, _ in self._scans:
            layer.left += 1
        self._count = min(count, len(self._scans))
        self._parallel = count > 1 and self._total >= MIN_PARALLEL
        # Two kinds, for what looks into files comes to hold much memory: it ends as soon as there is no more to look at.
        # Those that make digests begin first, while there is little here that they take a copy of.
        self._scanners: list[_Worker] = []
        self._hashers: list[_Worker] = []

    def __enter__(self) -> LayerReaders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in (*self._scanners, *self._hashers):
            worker.end(kind is not None)

    def scan(self, done: Callable[[Wanted], None]) -> None:
        """Read the files of all layers; `done` is told of each layer that was read whole."""
        if not self._parallel:
            while self._scans:
                task = self._scans.popleft()
                layer, kind, first, last = task
                _take(layer, kind, first, _work(kind, layer.blob, first, last, self._collector))
                self._after(task, done)
            return
        self._hashers += [_Worker(None) for _ in range(min(self._count, len(self._hashes)))]
        if not self._collector.is_ready():
            # Compiling keeps one core busy.
            self._hash_first()
            self._collector.is_ready(now=True)
        self._scanners += [_Worker(self._collector) for _ in range(self._count)]
        while self._scanners:
            self._give(AHEAD)
            self._pump(done)
            self._end_idle()
        # What is left is known: nobody needs to be asked for it while this process is busy.
        self._give(MAX_WAITING)

    def finish(self) -> None:
        """Wait for the digests."""
        if not self._parallel:
            while self._hashes:
                layer, kind, first, last = self._hashes.popleft()
                _take(layer, kind, first, _work(kind, layer.blob, first, last, self._collector))
            return
        while self._hashes or any(worker.tasks for worker in self._hashers):
            self._give(AHEAD)
            self._pump(lambda _: None)

    def _hash_first(self) -> None:
        size = 0
        while self._hashes and size < min(HASHED_FIRST, self._total // 2 + 1):
            size += self._hashes[0][0].blob.size
            self._hashers[0].give(self._hashes.popleft())

    def _give(self, ahead: int) -> None:
        """Let each process have tasks, the one with the fewest first; digests wait for a core that looks into no files."""
        _share(self._scans, self._scanners, ahead)
        _share(self._hashes, self._hashers[: self._count - len(self._scanners)], ahead)

    def _end_idle(self) -> None:
        """Let the processes go that look into files and have none to look into."""
        if self._scans:
            return
        for worker in [each for each in self._scanners if not each.tasks]:
            self._scanners.remove(worker)
            worker.end(now=False)

    def _pump(self, done: Callable[[Wanted], None]) -> None:
        """Take what the processes made, if there is something soon."""
        from multiprocessing.connection import wait

        tell(self._read, self._total)
        busy = {worker.pipe: worker for worker in (*self._scanners, *self._hashers) if worker.tasks}
        # Often enough for a bar to move: what was read is told of while nothing is done, too.
        for pipe in wait(list(busy), TELL_SECONDS):
            worker = busy[pipe]
            task, (packed, digests, failure) = worker.take()
            layer, kind, first, _ = task
            _take(layer, kind, first, (unpack(packed) if packed else None, digests, failure))
            self._give(AHEAD)
            self._after(task, done)

    def _after(self, task: _Task, done: Callable[[Wanted], None]) -> None:
        layer, kind, first, last = task
        if kind == "hash":
            return
        self._read += (layer.blob.size if last is None else last) - first
        tell(self._read, self._total)
        layer.left -= 1
        if layer.left:
            return
        doubtful = None if layer.failure else layer.doubtful()
        if doubtful is None:
            done(layer)
            return
        layer.left = 1
        layer.sure.add(doubtful[0])
        self._scans.append((layer, "exact", *doubtful))


class _Worker:
    """One process and what it has to do; it can look into files where it has a collector, else only make digests."""

    def __init__(self, collector: Collector | None) -> None:
        # Not needed where everything is known from earlier runs.
        import multiprocessing

        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.pipe, other = context.Pipe()
        self.tasks: deque[_Task] = deque()
        self._process: BaseProcess = context.Process(target=_serve, args=(other, self.pipe, collector), daemon=True)
        self._process.start()
        other.close()

    @property
    def waiting(self) -> int:
        """Return how many bytes wait for it."""
        return sum((layer.blob.size if last is None else last) - first for layer, _, first, last in self.tasks)

    def give(self, task: _Task) -> None:
        """Let it do one more task."""
        layer, kind, first, last = task
        self.tasks.append(task)
        with _told_apart():
            self.pipe.send((kind, layer.blob, first, last))

    def take(self) -> tuple[_Task, _Result]:
        """Return the task that it began first, and what came of it."""
        with _told_apart():
            result: _Result = self.pipe.recv()
        return self.tasks.popleft(), result

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


def _share(tasks: deque[_Task], workers: list[_Worker], ahead: int) -> None:
    while tasks and workers:
        worker = min(workers, key=lambda worker: worker.waiting)
        if len(worker.tasks) >= ahead:
            return
        worker.give(tasks.popleft())


@contextlib.contextmanager
def _told_apart() -> Any:
    """Turn the end of a process into an error of the image."""
    try:
        yield
    except (EOFError, BrokenPipeError, ConnectionResetError) as error:
        raise ImageError(_ENDED) from error


def _serve(pipe: Connection, parents: Connection, collector: Collector | None) -> None:
    """Do tasks until no more come; what runs in the process."""
    # The process that asks ends this one; an interrupt from the keyboard goes to both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parents.close()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while (task := pipe.recv()) is not None:
            kind, blob, first, last = task
            facts, digests, failure = _work(kind, blob, first, last, collector)
            pipe.send((pack(facts) if facts is not None else b"", digests, failure))


def _tasks(wanted: list[Wanted], processes: int, total: int) -> tuple[deque[_Task], deque[_Task]]:
    """Return the parts to read and the layers to hash, the largest first."""
    scans: list[tuple[float, _Task]] = []
    hashes: list[tuple[float, _Task]] = []
    # Small enough for even shares; every part costs the walk over the headers in front of it.
    step = max(MIN_PART, total // (4 * processes))
    for layer in wanted:
        size = layer.blob.size
        if not layer.plain:
            scans.append((size * 6.0, (layer, "stream", 0, None)))
            continue
        hashes.append((float(size), (layer, "hash", 0, None)))
        layer.sure.add(0)
        for first in range(0, max(size, 1), step):
            last = first + step if first + step < size else None
            layer.ranges.append((first, last))
            scans.append((float(min(step, size - first)), (layer, "scan", first, last)))
    for tasks in (scans, hashes):
        tasks.sort(key=lambda task: -task[0])
    return deque(task for _, task in scans), deque(task for _, task in hashes)


def _take(layer: Wanted, kind: str, first: int, result: tuple[LayerFacts | None, tuple[str, str], str]) -> None:
    facts, (plain, stored), failure = result
    if kind == "scan" and first and failure:
        # It may have begun in the middle of a file: it is read again, from the start of the layer.
        return
    if kind == "stream" and layer.stored and stored and stored != layer.stored.partition(":")[2]:
        # What the bytes hold is of no interest when they are others.
        failure = f"has the digest sha256:{stored}, the manifest says {layer.stored[:80]}"
    if failure:
        layer.failure = layer.failure or failure
        return
    if facts is not None:
        layer.parts[first] = facts
    if plain:
        layer.sha256 = plain


def _work(
    kind: str, blob: LayerBytes, first: int, last: int | None, collector: Collector | None
) -> tuple[LayerFacts | None, tuple[str, str], str]:
    """Do one task; return (facts, (sha256 of the plain bytes, of the stored bytes), what failed)."""
    try:
        if kind == "hash" and isinstance(blob, Blob):
            digest = blob.sha256()
            return None, (digest, digest), ""
        assert collector is not None
        if kind == "stream" or not isinstance(blob, Blob):
            return _stream(blob, collector)
        return scan_map(blob, first, last, collector, kind == "scan" and first > 0), ("", ""), ""
    except (zlib.error, OSError, ValueError, OverflowError, EOFError, ImageError) as error:
        return None, ("", ""), safe_line(str(error))[:300]


def _stream(blob: LayerBytes, collector: Collector) -> tuple[LayerFacts | None, tuple[str, str], str]:
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
        return facts, (inner.hexdigest() if not failure else "", stored.hexdigest()), failure
    finally:
        reader.close()
