"""What is going on, on a terminal: one line with the running step and the time it takes."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Final, TextIO

from jettison.engine.base import Event
from jettison.terminal import safe_line

WIDTH: Final = 78
_FRAMES: Final = "|/-\\"


class Progress:
    """A live line when the stream is a terminal, one line per phase when it is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._phase = ""
        self._step = ""
        self._since = time.monotonic()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Progress:
        if self._live:
            self._thread = threading.Thread(target=self._draw, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def say(self, phase: str) -> None:
        """Begin a phase."""
        self._phase, self._step, self._since = safe_line(phase), "", time.monotonic()
        if not self._live:
            self._stream.write(f"{self._phase} ...\n")
            self._stream.flush()

    def event(self, event: Event) -> None:
        """Take note of a build step."""
        if event.kind == "step":
            self._step = safe_line(event.text)

    def _draw(self) -> None:
        frame = 0
        while not self._over.wait(0.2):
            seconds = time.monotonic() - self._since
            line = f"{_FRAMES[frame % 4]} {self._phase} {seconds:.0f} s  {self._step}"
            self._stream.write(f"\r\x1b[K{line[:WIDTH]}")
            self._stream.flush()
            frame += 1
