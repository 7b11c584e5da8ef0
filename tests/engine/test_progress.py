"""Progress streams as events and step times."""

from __future__ import annotations

import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from jettison.engine.base import Event, StepTime
from jettison.engine.progress import PlainProgress
from jettison.engine.rawjson import RawJsonProgress
from jettison.engine.steps import StepLines


def status(**parts: object) -> bytes:
    """Return one line of the machine-readable stream."""
    return json.dumps(parts).encode() + b"\n"


def test_rawjson_gives_steps_and_output() -> None:
    progress = RawJsonProgress()
    vertex = {"digest": "sha256:a", "name": "[2/2] RUN make", "started": "2026-01-01T00:00:00.123456789Z"}
    data = base64.b64encode(b"one\r\x1b[31mtwo\n").decode()
    events = [
        *progress.read(status(vertexes=[vertex])),
        *progress.read(status(logs=[{"vertex": "sha256:a", "data": data}])),
        *progress.read(status(vertexes=[{**vertex, "completed": "2026-01-01T00:00:02.623456789Z"}])),
    ]
    assert [event.kind for event in events] == ["step", "log", "done"]
    assert list(progress.tail) == ["\\x1b[31mtwo"]
    assert progress.steps == [StepTime("[2/2] RUN make", 2.5, False)]


def test_rawjson_cached_step_takes_no_time() -> None:
    progress = RawJsonProgress()
    at = "2026-01-01T00:00:00Z"
    vertex = {"digest": "a", "name": "[1/1] RUN x", "started": at, "completed": at, "cached": True}
    assert [event.kind for event in progress.read(status(vertexes=[vertex, vertex]))] == ["step", "cached"]
    assert progress.steps == [StepTime("[1/1] RUN x", 0.0, True)]


def test_steps_without_buildkit_are_timed_one_by_one() -> None:
    progress = PlainProgress()
    for line in (b"STEP 1/2: FROM a", b"STEP 2/2: RUN b", b"--> Using cache 12", b"COMMIT c"):
        progress.read(line)
    assert [(step.name, step.cached) for step in progress.steps] == [("FROM a", False), ("RUN b", True)]


@given(st.lists(st.binary(max_size=200), max_size=30))
def test_any_bytes_are_read_and_safe(lines: list[bytes]) -> None:
    for progress in (PlainProgress(), RawJsonProgress()):
        for line in lines:
            progress.read(line)
        assert not any("\x1b" in line or "\x9b" in line for line in progress.tail)


VALUE = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.lists(st.none(), max_size=1)
KEYS = st.sampled_from(["digest", "name", "started", "completed", "cached", "error", "data", "vertex"])
RECORD = st.dictionaries(KEYS, VALUE, max_size=5)


@given(st.sampled_from(["vertexes", "logs", "x"]), st.lists(RECORD | VALUE, max_size=3) | VALUE)
def test_any_json_is_read(key: str, value: object) -> None:
    progress = RawJsonProgress()
    for event in progress.read(status(**{key: value})):
        assert "\x1b" not in event.text


DOCKERFILE = b"""# syntax=docker/dockerfile:1
FROM a AS build
ARG X
RUN one \\
  # why
  && two
COPY . .

FROM b
COPY --from=build /x $HOME/x
RUN <<EOF
RUN not me
EOF
RUN last
"""


def test_steps_lead_to_their_lines() -> None:
    lines = StepLines(DOCKERFILE)
    assert lines.line_of("[build 2/3] RUN one   && two") == 4
    assert lines.line_of("[build 3/3] COPY . .") == 7
    assert lines.line_of("[stage-1 2/4] COPY --from=build /x /root/x") == 10
    assert lines.line_of("[stage-1 4/4] RUN last") == 14
    assert lines.line_of("[stage-1  4/10] RUN last") == 14
    assert StepLines(b"FROM a\nRUN one\n").line_of("[ 2/12] RUN one") == 2
    assert lines.line_of("[internal] load build context") is None
    assert lines.line_of("[nosuch 2/3] RUN one") is None


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_dockerfile_gives_lines(data: bytes, step: str) -> None:
    line = StepLines(data).line_of(step)
    assert line is None or 1 <= line <= data.count(b"\n") + 1


def test_rawjson_over_many_lines_is_one_status() -> None:
    progress = RawJsonProgress()
    status = {"vertexes": [{"digest": "sha256:a", "name": "[1/2] RUN a", "started": "2026-01-01T00:00:00Z"}]}
    events = [e for line in json.dumps(status, indent=2).splitlines() for e in progress.read(line.encode() + b"\n")]
    assert events == [Event("step", "[1/2] RUN a")]
    assert list(progress.tail) == []
