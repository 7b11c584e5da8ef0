"""Why a build failed, from the last lines that its client printed."""

from __future__ import annotations

import re
from typing import Final

from jettison.engine.steps import StepLines
from jettison.errors import BuildError, DiskFullError, EngineError

# BuildKit: " > [build 2/3] RUN make:" above the failed step's output. Others announce each step and
# stop at the one that fails.
_FAILED_STEP: Final = re.compile(r" > (\[.*\] .*?):?\s*\Z")
_PARSE_LINE: Final = re.compile(r"parse error (?:on )?line (\d{1,9})|Dockerfile:(\d{1,9})")
_ONE_BY_ONE: Final = re.compile(r"(?:\[\d+/\d+\] )?(?:Step|STEP) \d+/\d+ ?: (.*)")
_CAUSE: Final = re.compile(r"(?:ERROR|Error|error|failed)\b.*")
_GONE: Final = (
    "Cannot connect to the Docker daemon",
    "error reading from server",
    "closing transport",
    "connection reset by peer",
    "unexpected EOF",
)
# What passes when the build is started once more, and the options that it needs then.
#
# BuildKit on a busy machine gives up waiting for a step that two builds share; the next build finds it made.
# Docker loses what another build shares: a configuration, seen with 20.10 for builds of one text beside `docker
# rmi`, and a layer, seen with 20.10 without its cause (like moby/moby 39547). A layer stays lost for as long as the
# builder remembers that it made it, and is missed under either name.
_PASSING: Final[dict[str, tuple[str, ...]]] = {
    "flightcontrol: exceeded retry timeout": (),
    "failed to get digest sha256:": (),
    "layer does not exist": ("--no-cache",),
    "/committed: no such file or directory": ("--no-cache",),
}
# runc ends before the program of the container begins: seen with 26.1 on a busy machine.
_UNBEGUN: Final = "waiting for init preliminary setup"
# What a client says of a base image whose registry it does not reach; an image that is not there is another thing.
_SILENT: Final = re.compile(
    r"\b(?:failed to do request|failed to fetch (?:anonymous|oauth) token|error pinging (?:docker|container) registry|Get \"https?://[^\"]+/v2/).*"
    r"(?:no such host|connection refused|i/o timeout|deadline exceeded|network is unreachable|no route to host|server misbehaving|TLS handshake timeout|x509)"
)
_NO_IMAGE: Final = re.compile(
    r"pull access denied|manifest (?:for \S+ )?(?:unknown|not found)|failed to resolve source metadata"
)
DISK_FULL: Final = "no space left on device"


def build_failure(engine: str, tail: list[str], dockerfile: bytes) -> EngineError:
    """Return the error for a build that failed; `tail` is safe to print.

    BuildError, with the line of the Dockerfile where known, unless the engine is at fault.
    """
    text = "\n".join(tail)
    cause = _cause(tail)
    if DISK_FULL in text:
        return DiskFullError(
            f"the disk of {engine} is full ({cause}): free space, for example with `docker system prune`"
        )
    if any(sign in text for sign in _GONE):
        return EngineError(f"{engine} went away during the build ({cause}): start it and try again")
    line = _line(tail, dockerfile)
    where = f" at line {line}" if line is not None else ""
    return BuildError(f"the build failed{where}: {cause}", text, line)


def options_once_more(error: BuildError) -> tuple[str, ...] | None:
    """Return the options to build again with; None where file or project are the reason of the failure."""
    return next((options for sign, options in _PASSING.items() if sign in error.log_tail), None)


def never_began(error: EngineError) -> bool:
    """Return whether a container was given up before its program ran, so that it can be started once more."""
    return _UNBEGUN in str(error)


def registry_is_silent(error: EngineError) -> bool:
    """Return whether an image could not be asked for: that says nothing about it, nor about a Dockerfile that names it."""
    return _SILENT.search(str(error)) is not None


def lacks_a_base(error: EngineError) -> bool:
    """Return whether a base image could not be had, so that no other text on the same base can be built either."""
    return registry_is_silent(error) or _NO_IMAGE.search(str(error)) is not None


def _line(tail: list[str], dockerfile: bytes) -> int | None:
    lines = StepLines(dockerfile)
    for text in reversed(tail):
        if found := _PARSE_LINE.search(text):
            return int(found[1] or found[2])
        if step := _FAILED_STEP.match(text) or _ONE_BY_ONE.match(text):
            return lines.line_of(step[1])
    return None


def _cause(tail: list[str]) -> str:
    for line in reversed(tail):
        if found := _CAUSE.search(line):
            return found[0][:400]
    return tail[-1][:400] if tail else "the client printed nothing"
