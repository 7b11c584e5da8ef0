"""Layers read by several processes: the largest first, a large plain one in parts, its digest beside it."""

from __future__ import annotations

import multiprocessing
import os
import sys
import zlib
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, Final

from jettison.errors import ImageError
from jettison.image.blob import Blob, LayerBytes
from jettison.image.collect import Collector, LayerFacts
from jettison.image.decompress import Joined, decompressed
from jettison.image.digest import Hashed
from jettison.image.layer_cache import pack, unpack
from jettison.image.reading import tell
from jettison.image.mapped import scan_map
from jettison.image.scan import scan_stream
from jettison.terminal import safe_line

# Below this, starting processes takes longer than it saves.
MIN_PARALLEL: Final = 48 << 20
MIN_PART: Final = 64 << 20
TELL_SECONDS: Final = 0.2
_collector: Collector | None = None


@dataclass(slots=True)
class Wanted:
    """One layer to read.

    blob: where it lies; diff_id: what its plain bytes must hash to; stored: the same of the blob; plain: whether
    the blob is the tar itself, in a file.
    """

    number: int
    blob: LayerBytes
    diff_id: str
    stored: str = ""
    plain: bool = True
    parts: dict[int, LayerFacts] = field(default_factory=dict)
    sha256: str = ""
    failure: str = ""

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


def read_layers(wanted: list[Wanted], collector: Collector, processes: int | None = None) -> None:
    """Fill in the facts, the digest or the failure of each layer.

    Raises:
        ImageError: a process died (out of memory, or the file was cut off while it was read).
    """
    count = processes or min(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8
    )
    total = sum(layer.blob.size for layer in wanted)
    tasks = _tasks(wanted, count, total)
    if count == 1 or total < MIN_PARALLEL:
        done = 0
        for layer, kind, first, last in tasks:
            _take(layer, kind, first, _work(kind, layer.blob, first, last, collector))
            done += _bytes_of((layer, kind, first, last))
            tell(done, total)
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    try:
        with ProcessPoolExecutor(min(count, len(tasks)), context, _start, (collector,)) as pool:
            _run(pool, tasks, total)
    except BrokenProcessPool as error:
        raise ImageError("a process that read the image ended early: out of memory, or the file was cut off") from error


_Task = tuple[Wanted, str, int, int | None]


def _tasks(wanted: list[Wanted], processes: int, total: int) -> list[_Task]:
    tasks: list[tuple[float, _Task]] = []
    for layer in wanted:
        size = layer.blob.size
        if not layer.plain:
            tasks.append((size * 6.0, (layer, "stream", 0, None)))
            continue
        # Reading takes about as long as hashing, so that halves of it make even shares.
        tasks.append((float(size), (layer, "hash", 0, None)))
        step = max(MIN_PART, total // (3 * processes))
        for first in range(0, max(size, 1), step):
            last = first + step if first + step < size else None
            tasks.append((float(min(step, size - first)), (layer, "scan", first, last)))
    tasks.sort(key=lambda task: -task[0])
    return [task for _, task in tasks]


def _bytes_of(task: _Task) -> int:
    """Return the bytes that are read once a task is done; the digest is made beside the reading."""
    layer, kind, first, last = task
    return 0 if kind == "hash" else (layer.blob.size if last is None else last) - first


def _run(pool: ProcessPoolExecutor, tasks: list[_Task], total: int) -> None:
    read = 0
    running: dict[Future[Any], _Task] = {
        pool.submit(_work_packed, task[1], task[0].blob, task[2], task[3]): task for task in tasks
    }
    try:
        while running:
            # Often enough for a bar to move: what was read is told of while nothing is done, too.
            done, _ = wait(running, TELL_SECONDS, return_when=FIRST_COMPLETED)
            tell(read, total)
            for future in done:
                layer, kind, first, last = running.pop(future)
                read += _bytes_of((layer, kind, first, last))
                facts, digests, failure = future.result()
                _take(layer, kind, first, (unpack(facts) if facts else None, digests, failure))
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _take(layer: Wanted, kind: str, first: int, result: tuple[LayerFacts | None, tuple[str, str], str]) -> None:
    facts, (plain, stored), failure = result
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


def _start(collector: Collector) -> None:
    global _collector
    _collector = collector


def _work_packed(kind: str, blob: LayerBytes, first: int, last: int | None) -> tuple[bytes, tuple[str, str], str]:
    assert _collector is not None
    facts, digests, failure = _work(kind, blob, first, last, _collector)
    return pack(facts) if facts is not None else b"", digests, failure


def _work(
    kind: str, blob: LayerBytes, first: int, last: int | None, collector: Collector
) -> tuple[LayerFacts | None, tuple[str, str], str]:
    """Do one task; return (facts, (sha256 of the plain bytes, of the stored bytes), what failed)."""
    try:
        if kind == "stream" or not isinstance(blob, Blob):
            return _stream(blob, collector)
        if kind == "hash":
            digest = blob.sha256()
            return None, (digest, digest), ""
        return scan_map(blob, first, last, collector), ("", ""), ""
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
