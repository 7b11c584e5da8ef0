"""BuildKit's plain progress as events: `#5 [2/4] RUN make`, `#5 DONE 1.2s`, `#5 CACHED`."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import Final

from jettison.engine.base import Event, StepTime
from jettison.terminal import safe

TAIL_LINES: Final = 40
MAX_LINE: Final = 400
_LINE: Final = re.compile(r"#(\d+) (.*)", re.DOTALL)
_DONE: Final = re.compile(r"DONE (\d+(?:\.\d+)?)s")
_ENDED: Final = re.compile(r"Successfully built |(?:\[\d+/\d+\] )?COMMIT ")
_LOG: Final = re.compile(r"\d+\.\d+ (.*)", re.DOTALL)
_CLASSIC: Final = re.compile(r"(?:\[\d+/\d+\] )?(?:Step|STEP) \d+/\d+ ?: (.*)")


class PlainProgress:
    """Reads the lines of one build; keeps step times and the last lines of output."""

    __slots__ = ("_names", "_open", "_since", "steps", "tail")

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        # Without BuildKit one step runs at a time, and only the next line says that it ended.
        self._open = ""
        self._since = 0.0
        self.steps: list[StepTime] = []
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)

    def read(self, raw: bytes) -> tuple[Event, ...]:
        """Return the events of one line of output."""
        event = self.feed(raw)
        return () if event is None else (event,)

    def feed(self, raw: bytes) -> Event | None:
        """Return the event that one line of output is, or None."""
        line = safe(raw.decode("utf-8", "replace").rstrip("\r\n"))[:MAX_LINE]
        if not line:
            return None
        match = _LINE.match(line)
        if match is None:
            self.tail.append(line)
            return self._classic(line)
        return self._vertex(match[1], match[2])

    def _classic(self, line: str) -> Event | None:
        step = _CLASSIC.match(line)
        if step:
            self._close(cached=False)
            self._open, self._since = step[1], time.perf_counter()
            return Event("step", step[1])
        if "Using cache" in line and self._open:
            name = self._open
            self._close(cached=True)
            return Event("cached", name)
        if _ENDED.match(line):
            self._close(cached=False)
        return Event("log", line)

    def _close(self, cached: bool) -> None:
        if self._open:
            seconds = 0.0 if cached else time.perf_counter() - self._since
            self.steps.append(StepTime(self._open, seconds, cached))
        self._open = ""

    def _vertex(self, number: str, text: str) -> Event | None:
        if text.startswith("["):
            self._names[number] = text
            return Event("step", text)
        name = self._names.get(number, "")
        done = _DONE.match(text)
        if done and name:
            seconds = float(done[1])
            self.steps.append(StepTime(name, seconds, False))
            return Event("done", name, seconds)
        if text.startswith("CACHED") and name:
            self.steps.append(StepTime(name, 0.0, True))
            return Event("cached", name)
        log = _LOG.match(text)
        if log or text.startswith(("ERROR", "CANCELED")):
            line = log[1] if log else text
            self.tail.append(line)
            return Event("log", line)
        return None
