"""BuildKit's machine-readable progress (`--progress=rawjson`): a stream of SolveStatus as JSON.

buildx 0.13 writes each over many lines with an indent, later ones a line each; both are read.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import deque
from datetime import datetime
from typing import Final

from jettison.engine.base import Event, StepTime
from jettison.engine.progress import MAX_LINE, TAIL_LINES
from jettison.terminal import safe

MAX_STEPS: Final = 10_000
# A status is a few dozen lines; what never ends is shown as output.
MAX_STATUS_LINES: Final = 20_000
_NANOSECONDS: Final = re.compile(r"(\.\d{6})\d+")


class RawJsonProgress:
    """Reads the lines of one build; keeps step times and the last lines of output.

    What is not JSON (warnings, the final error) counts as output.
    """

    __slots__ = ("_ended", "_names", "_pending", "steps", "tail")

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ended: set[str] = set()
        self._pending: list[bytes] = []
        self.steps: list[StepTime] = []
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)

    def read(self, raw: bytes) -> tuple[Event, ...]:
        """Return the events of one line."""
        line = raw.rstrip()
        if line == b"{" or self._pending:
            return self._part(raw, line)
        return self._whole(raw)

    def _part(self, raw: bytes, line: bytes) -> tuple[Event, ...]:
        self._pending.append(raw)
        if line != b"}" and len(self._pending) < MAX_STATUS_LINES:
            return ()
        whole, self._pending = b"".join(self._pending), []
        return self._whole(whole)

    def _whole(self, raw: bytes) -> tuple[Event, ...]:
        status = _status(raw)
        if status is None:
            return tuple(self._output(raw.decode("utf-8", "replace")))
        events: list[Event] = []
        for vertex in _records(status, "vertexes"):
            events += self._vertex(vertex)
        for entry in _records(status, "logs"):
            events += self._output(_text(entry.get("data")))
        return tuple(events)

    def _vertex(self, vertex: dict[str, object]) -> list[Event]:
        key = str(vertex.get("digest", ""))
        name = safe(str(vertex.get("name", "")).replace("\n", " "))[:MAX_LINE]
        events: list[Event] = []
        if vertex.get("started") and key not in self._names and len(self._names) < MAX_STEPS:
            self._names[key] = name
            events.append(Event("step", name))
        if vertex.get("error"):
            return events + self._output(f"ERROR: {vertex['error']}")
        if vertex.get("completed") and key in self._names and key not in self._ended:
            self._ended.add(key)
            events.append(self._finish(name, vertex))
        return events

    def _finish(self, name: str, vertex: dict[str, object]) -> Event:
        cached = bool(vertex.get("cached"))
        seconds = 0.0 if cached else _seconds(vertex.get("started"), vertex.get("completed"))
        self.steps.append(StepTime(name, seconds, cached))
        return Event("cached" if cached else "done", name, seconds)

    def _output(self, text: str) -> list[Event]:
        lines = [safe(line.rstrip("\r").rpartition("\r")[2])[:MAX_LINE] for line in text.split("\n")]
        kept = [line for line in lines if line.strip()]
        self.tail.extend(kept)
        return [Event("log", line) for line in kept]


def _status(raw: bytes) -> dict[str, object] | None:
    if not raw.startswith(b"{"):
        return None
    try:
        status = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return status if isinstance(status, dict) else None


def _records(status: dict[str, object], name: str) -> list[dict[str, object]]:
    found = status.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _text(data: object) -> str:
    try:
        return base64.b64decode(str(data or "")).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _seconds(started: object, completed: object) -> float:
    """Return the seconds between two RFC 3339 times (cut to microseconds), 0.0 if either is damaged."""
    try:
        first, last = (
            datetime.fromisoformat(_NANOSECONDS.sub(r"\1", str(at)).replace("Z", "+00:00"))
            for at in (started, completed)
        )
        return max(0.0, (last - first).total_seconds())
    except (ValueError, TypeError):
        return 0.0
