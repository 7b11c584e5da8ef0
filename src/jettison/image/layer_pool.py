"""Layers read by several processes: the largest first, a large plain one in parts, its digest beside it.

What the files hold is told as soon as it is known; the digests of the layers follow, so that their reader goes on
meanwhile and throws away what it made where one does not fit.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Final

from jettison.image.blob import LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.layer_worker import Claims, Done, Task, Worker, do
from jettison.image.reading import tell

# Below this, starting processes takes longer than it saves.
MIN_PARALLEL: Final = 48 << 20
# Small enough for even shares; every part costs the walk over the headers in front of it.
MIN_PART: Final = 64 << 20
MAX_PROCESSES: Final = 8
TELL_SECONDS: Final = 0.2
# Tasks that wait at a process, so that it has one while this process is busy.
AHEAD: Final = 2
# A packed layer takes about so many times as long as one of its size that is not.
PACKED: Final = 6
# While the patterns are compiled, a process hashes about so many bytes.
HASHED_FIRST: Final = 512 << 20


class Wanted:
    """One layer to read.

    blob: where it lies; diff_id: what its plain bytes must hash to; stored: the same of the blob; plain: whether
    the blob is the tar itself, in a file; ranges: of its parts, in order; sure: those that need no confirmation;
    left: parts that were not yet read.
    """

    __slots__ = (
        "blob", "diff_id", "failure", "left", "number", "parts", "plain", "ranges", "sha256", "stored", "sure",
    )  # fmt: skip

    def __init__(self, number: int, blob: LayerBytes, diff_id: str, stored: str = "", plain: bool = True) -> None:
        self.number = number
        self.blob = blob
        self.diff_id = diff_id
        self.stored = stored
        self.plain = plain
        self.ranges: list[tuple[int, int | None]] = []
        self.sure: set[int] = set()
        self.parts: dict[int, LayerFacts] = {}
        self.sha256 = ""
        self.failure = ""
        self.left = 0

    def joined(self) -> LayerFacts:
        """Return what the parts hold together; they are given up one by one, so that it is never there twice."""
        whole = LayerFacts()
        for first in sorted(self.parts):
            part = self.parts.pop(first)
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


class LayerReaders:
    """Fills in the facts, the digest or the failure of each layer: `scan` reads the files, `finish` waits for the rest.

    Raises, in both:
        ImageError: a process died (out of memory, or the file was cut off while it was read).
    """

    def __init__(self, wanted: list[Wanted], collector: Collector, processes: int | None = None) -> None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = processes or min(cores, MAX_PROCESSES)
        self._collector = collector
        self._layers = {layer.number: layer for layer in wanted}
        self._total = sum(layer.blob.size for layer in wanted)
        self._read = 0
        self._scans = _scans(wanted, max(MIN_PART, self._total // (4 * count)))
        self._hashes = _hashes(wanted)
        # So many of the digests were offered to the processes.
        self._offered = 0
        for task in self._scans:
            self._layers[task.number].left += 1
        self._count = min(count, len(self._scans))
        self._claims = Claims() if count > 1 and self._total >= MIN_PARALLEL else None
        # Two kinds, for what looks into files comes to hold much memory: it ends as soon as there is no more to look at.
        # Those that make digests begin first, while there is little here that they take a copy of.
        self._scanners: list[Worker] = []
        self._hashers: list[Worker] = []

    def __enter__(self) -> LayerReaders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in (*self._scanners, *self._hashers):
            worker.end(kind is not None)
        if self._claims is not None:
            self._claims.close()

    def scan(self, done: Callable[[Wanted], None]) -> None:
        """Read the files of all layers; `done` is told of each layer that was read whole."""
        if self._claims is None:
            while self._scans:
                task = self._scans.popleft()
                self._take(task, do(task, self._collector))
                if self._after(task):
                    done(self._layers[task.number])
            return
        # One more than there are cores: a layer's digest is made by one process alone, and the longest must not begin last.
        count = min(self._count + 1, len(self._hashes))
        self._hashers += [Worker(None, self._hashes, self._claims) for _ in range(count)]
        if not self._collector.is_ready():
            # Compiling keeps one core busy.
            self._offer(min(HASHED_FIRST, self._total // 2 + 1))
            self._hash(1)
            self._collector.is_ready(now=True)
        self._scanners += [Worker(self._collector) for _ in range(self._count)]
        while self._scanners:
            self._give()
            self._pump(done)

    def finish(self) -> None:
        """Wait for the digests."""
        if self._claims is None:
            for task in self._hashes:
                self._take(task, do(task, None))
            return
        while any(worker.busy for worker in self._hashers):
            self._pump(lambda _: None)

    def _offer(self, bytes_: int | None = None) -> None:
        """Let digests be made, so many bytes or all."""
        assert self._claims is not None
        first, size = self._offered, 0
        while self._offered < len(self._hashes) and (bytes_ is None or size < bytes_):
            size += self._hashes[self._offered].bytes_
            self._offered += 1
        self._claims.offer(range(first, self._offered))

    def _hash(self, count: int) -> None:
        """Let so many processes share the digests; nobody needs to be asked for the next while this one is busy."""
        for worker in self._hashers[:count]:
            worker.hash()

    def _give(self) -> None:
        """Let each process have parts to read, the one with the least first."""
        while self._scans and self._scanners:
            worker = min(self._scanners, key=lambda one: one.waiting)
            if len(worker.tasks) >= AHEAD:
                return
            worker.give(self._scans.popleft())

    def _end_idle(self) -> None:
        """Let the processes go that look into files and have none to look into; digests get the cores that they leave."""
        if self._scans or not self._scanners:
            return
        for worker in [each for each in self._scanners if not each.tasks]:
            self._scanners.remove(worker)
            worker.end(now=False)
        self._offer()
        self._hash(self._count - len(self._scanners) if self._scanners else len(self._hashers))

    def _pump(self, done: Callable[[Wanted], None]) -> None:
        """Take what the processes made, if there is something soon."""
        from multiprocessing.connection import wait

        tell(self._read, self._total)
        busy = {worker.pipe: worker for worker in (*self._scanners, *self._hashers) if worker.busy}
        # Often enough for a bar to move: what was read is told of while nothing is done, too.
        for pipe in wait(list(busy), TELL_SECONDS):
            made = busy[pipe].take()
            if made is None:
                continue
            self._take(*made)
            whole = self._after(made[0])
            self._give()
            # Before more is made of the layer here.
            self._end_idle()
            if whole:
                done(self._layers[made[0].number])

    def _take(self, task: Task, done: Done) -> None:
        layer, failure = self._layers[task.number], done.failure
        if task.kind == "scan" and task.first and failure:
            # It may have begun in the middle of a file: it is read again, from the start of the layer.
            return
        if task.kind == "stream" and layer.stored and done.stored and done.stored != layer.stored.partition(":")[2]:
            # What the bytes hold is of no interest when they are others.
            failure = f"has the digest sha256:{done.stored}, the manifest says {layer.stored[:80]}"
        if failure:
            layer.failure = layer.failure or failure
            return
        if done.facts is not None:
            layer.parts[task.first] = done.facts
        if done.plain:
            layer.sha256 = done.plain

    def _after(self, task: Task) -> bool:
        """Return whether this was the last part of its layer, so that the layer is known."""
        if task.kind == "hash":
            return False
        layer = self._layers[task.number]
        self._read += task.bytes_
        tell(self._read, self._total)
        layer.left -= 1
        if layer.left:
            return False
        doubtful = None if layer.failure else layer.doubtful()
        if doubtful is None:
            return True
        layer.left = 1
        layer.sure.add(doubtful[0])
        self._scans.append(Task(layer.number, "exact", layer.blob, *doubtful))
        return False


def _scans(wanted: list[Wanted], step: int) -> deque[Task]:
    """Return the parts to read, each of `step` bytes, what takes longest first."""
    found: list[Task] = []
    for layer in wanted:
        size = layer.blob.size
        if not layer.plain:
            found.append(Task(layer.number, "stream", layer.blob))
            continue
        layer.sure.add(0)
        for first in range(0, max(size, 1), step):
            last = first + step if first + step < size else None
            layer.ranges.append((first, last))
            found.append(Task(layer.number, "scan", layer.blob, first, last))
    return deque(sorted(found, key=lambda task: -task.bytes_ * (PACKED if task.kind == "stream" else 1)))


def _hashes(wanted: list[Wanted]) -> list[Task]:
    """Return the plain layers, whose digests are made apart from reading them, the largest first."""
    found = [Task(layer.number, "hash", layer.blob) for layer in wanted if layer.plain]
    return sorted(found, key=lambda task: -task.bytes_)
