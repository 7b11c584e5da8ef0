"""A bar for long reads of images: bytes and rate, on a terminal only, gone when it is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from jettison.image.reading import watched
from jettison.report.cells import fit
from jettison.report.units import human_bytes
from jettison.terminal import safe_line

# A read that is done before nobody waits for; more often than this nobody reads it.
QUIET_SECONDS: Final = 0.4
STEP_SECONDS: Final = 0.1
BAR: Final = 24
WIDTH: Final = 78


class ReadingBar:
    """Draws when it is told of bytes; no thread, as readers may fork."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = safe_line(name)
        self._since = time.monotonic()
        self._drawn = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Draw, when it is time to."""
        now = time.monotonic()
        if now - self._since < QUIET_SECONDS or now - self._drawn < STEP_SECONDS:
            return
        self._drawn = now
        self._stream.write(f"\r\x1b[K{self.line(done, total, now - self._since)}")
        self._stream.flush()

    def line(self, done: int, total: int, seconds: float) -> str:
        """Return the text of the bar."""
        rate = f"{human_bytes(done / max(seconds, 0.001))}/s"
        if not total:
            return fit(f"{human_bytes(done):>9}  {rate:>11}  reading {self._name}", WIDTH)
        share = min(1.0, done / total)
        full = int(share * BAR)
        text = f"[{'#' * full}{'.' * (BAR - full)}] {100 * share:3.0f} % of {human_bytes(total)}  {rate}  {self._name}"
        return fit(text, WIDTH)

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


@contextmanager
def reading_bar(name: str, stream: TextIO | None = None) -> Iterator[None]:
    """Show a bar on standard error while an image is read inside, where that is a terminal."""
    out = stream if stream is not None else sys.stderr
    if not out.isatty():
        yield
        return
    bar = ReadingBar(out, name)
    try:
        with watched(bar):
            yield
    finally:
        bar.clear()
