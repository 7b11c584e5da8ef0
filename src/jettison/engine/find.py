"""Which container engine to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.errors import EngineError, UsageError
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.engine.base import Engine

NAMES: Final = ("docker", "podman", "buildah")
HOW_TO_GET_ONE: Final = (
    "install Docker (https://docs.docker.com/engine/install/) or Podman (https://podman.io/docs/installation), "
    "start it, and run the same command again"
)


def find_engine(choice: str | None = None) -> Engine:
    """Return the engine named by `choice`; for None or "auto" the first that works.

    Raises UsageError for an unknown name, EngineError (with how to get one) when none works.
    """
    if choice in (None, "", "auto"):
        return _first()
    if choice not in NAMES:
        raise UsageError(f"unknown engine {safe_line(str(choice))!r}: choose {', '.join(NAMES)} or auto")
    try:
        return _open(choice)
    except EngineError as error:
        raise EngineError(f"{choice} cannot be used: {error}; {HOW_TO_GET_ONE}") from error


def _first() -> Engine:
    reasons = []
    for name in NAMES:
        try:
            return _open(name)
        except EngineError as error:
            reasons.append(f"{name}: {error}")
    raise EngineError(f"no container engine works here ({'; '.join(reasons)}): {HOW_TO_GET_ONE}")


def _open(name: str) -> Engine:
    if name == "docker":
        from jettison.engine.docker import DockerEngine

        return DockerEngine()
    from jettison.engine.podman import BuildahEngine, PodmanEngine

    return PodmanEngine() if name == "podman" else BuildahEngine()
