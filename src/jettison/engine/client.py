"""Which docker client builds, and how: found by asking every client on the machine."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import Final

_VERSION: Final = re.compile(r"(\d+)\.(\d+)")
_USUAL_PLACES: Final = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/snap/bin")
_ANSWER_SECONDS: Final = 20.0

# buildx prints `--progress=rawjson` since 0.13 (its release notes); clients before 23.0 carry
# BuildKit's client themselves, later ones need buildx for it (Docker Engine 23.0 release notes).
_RAWJSON_SINCE: Final = (0, 13)
_BUILT_IN_UNTIL: Final = (23, 0)
_ORDER: Final = ("buildx", "builtin", "buildx-plain", "classic")


@dataclass(frozen=True, slots=True)
class Client:
    """One docker client program.

    kind: how it builds: "buildx" (machine-readable progress), "buildx-plain" (buildx before 0.13),
    "builtin" (BuildKit in a client before 23.0) or "classic" (no BuildKit: no mounts).
    """

    program: str
    kind: str


def programs(name: str) -> list[str]:
    """Return every executable called `name` on PATH and in the usual places, once each."""
    found: dict[str, str] = {}
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), *_USUAL_PLACES]:
        path = os.path.join(folder or ".", name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


def docker_client() -> Client | None:
    """Return the docker client with the best way to build, None without any client."""
    clients = [client for program in programs("docker") if (client := _ask(program)) is not None]
    return min(clients, key=lambda client: _ORDER.index(client.kind), default=None)


def answer(argv: list[str]) -> str | None:
    """Return what a client printed, or None when it cannot be started, fails or takes too long."""
    try:
        done = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _ask(program: str) -> Client | None:
    version = _number(answer([program, "--version"]))
    if version is None:
        return None
    buildx = _number(answer([program, "buildx", "version"]))
    if buildx is not None:
        return Client(program, "buildx" if buildx >= _RAWJSON_SINCE else "buildx-plain")
    return Client(program, "builtin" if version < _BUILT_IN_UNTIL else "classic")


def _number(printed: str | None) -> tuple[int, int] | None:
    found = _VERSION.search(printed or "")
    return (int(found[1]), int(found[2])) if found else None
