"""Which container engine to use."""

from __future__ import annotations

import json
import os
import re
from typing import Final

from jettison.engine import at_work
from jettison.engine.base import Engine, Features
from jettison.engine.cli import CliEngine
from jettison.engine.client import answer, docker_client, programs
from jettison.engine.sandbox import runtime_option
from jettison.errors import EngineError, UsageError
from jettison.terminal import safe_line

NAMES: Final = ("docker", "podman")
# Source: buildah(1): it keeps no containers running, has no networks of its own and no `stop`.
BUILDAH_ALONE: Final = (
    "Buildah builds but does not run services; install podman, which builds with Buildah and shares its images"
)
HOW_TO_GET_ONE: Final = (
    "install Docker (https://docs.docker.com/engine/install/) or "
    "Podman (https://podman.io/docs/installation), start it, and run the same command again"
)


class NamedHostDead(EngineError):
    """No engine answers where the user's DOCKER_HOST says that it is."""


def find_engine(choice: str | None = None) -> Engine:
    """Return the engine named by `choice`; for None or "auto" the first that works. This run is then at work on it.

    Raises UsageError for an unknown name, EngineError (with how to get one) when none works.
    """
    at_work.begin()
    if choice in (None, "", "auto"):
        return _first()
    if choice == "buildah":
        raise UsageError(f"{BUILDAH_ALONE}, and use --engine podman")
    if choice not in NAMES:
        raise UsageError(f"unknown engine {safe_line(str(choice))!r}: choose {', '.join(NAMES)} or auto")
    try:
        return _open(choice)
    except NamedHostDead:
        raise
    except EngineError as error:
        raise EngineError(f"{choice} cannot be used: {error}; {HOW_TO_GET_ONE}") from error


def _first() -> Engine:
    reasons = []
    for name in NAMES:
        try:
            return _open(name)
        except NamedHostDead:
            # Another engine has other images: it is not what the user means.
            raise
        except EngineError as error:
            reasons.append(f"{name}: {error}")
    raise EngineError(f"no container engine works here ({'; '.join(reasons)}): {HOW_TO_GET_ONE}")


def _open(name: str) -> Engine:
    return _docker() if name == "docker" else _podman()


def _docker() -> Engine:
    client = docker_client()
    if client is None:
        raise EngineError("no docker client on PATH")
    version = answer([client.program, "version", "--format", "{{.Server.Version}}"])
    if not version:
        host = os.environ.get("DOCKER_HOST")
        if host:
            raise NamedHostDead(
                f"no engine answers at DOCKER_HOST={_shown(host)} (asked with {safe_line(client.program)}); start it, "
                "correct DOCKER_HOST or unset it, or choose another engine with --engine podman"
            )
        raise EngineError("no engine answers: it is not running, or you may not use it (try sudo)")
    version = safe_line(version)
    features = Features() if client.kind == "classic" else None
    return CliEngine(client.program, "docker", version, features, client.kind)


def _shown(host: str) -> str:
    """Return an address without a password that it may hold."""
    return safe_line(re.sub(r"(?<=://)([^/@]*?):[^/@]*@", r"\1:***@", host)[:200])


def _podman() -> Engine:
    program = next(iter(programs("podman")), None)
    if program is None:
        alone = f"; {BUILDAH_ALONE}" if programs("buildah") else ""
        raise EngineError(f"no podman on PATH{alone}")
    try:
        version = json.loads(answer([program, "version", "--format", "json"]) or "")["Client"]["Version"]
    except (ValueError, KeyError, TypeError):
        raise EngineError("podman does not answer `podman version`") from None
    default = answer([program, "info", "--format", "{{.Host.OCIRuntime.Path}}"]) or ""
    options = tuple(runtime_option(default, next(iter(programs("runc")), None)))
    return CliEngine(program, "podman", safe_line(str(version)), None, options=options)
