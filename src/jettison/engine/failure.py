"""Why a build failed, from what the client printed."""

from __future__ import annotations

import re

from jettison.engine.api import explain
from jettison.engine.progress import Progress
from jettison.errors import BuildError, EngineError

_PARSE_LINE = re.compile(r"(?:parse error (?:on )?line|Dockerfile:) ?(\d+)")
_CAUSE = re.compile(r"(?:ERROR|error|Error)\b.*")
_GONE = ("no space left on device", "Cannot connect to the Docker daemon", "error reading from server: EOF")


def build_error(progress: Progress) -> EngineError:
    """Return the error for a failed build: BuildError for the Dockerfile's fault, else EngineError."""
    tail = progress.log_tail
    cause = _cause(tail)
    if any(sign in tail for sign in _GONE):
        return EngineError(explain(f"the engine could not go on with the build: {cause}"))
    line = progress.failed_line
    if line is None and (found := _PARSE_LINE.search(tail)):
        line = int(found[1][:9])
    step = progress.failed_step
    where = f" at line {line}" if line is not None else ""
    what = f" ({step})" if step else ""
    return BuildError(f"the build failed{where}{what}: {cause}", log_tail=tail, line=line)


def _cause(tail: str) -> str:
    for line in reversed(tail.split("\n")):
        if found := _CAUSE.search(line):
            return found[0][:500]
    lines = [line for line in tail.split("\n") if line.strip()]
    return lines[-1][:500] if lines else "the client printed nothing"
