"""Which docker client builds, and how: found by asking every client on the machine."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jettison.engine.child import output_of

_VERSION = re.compile(r"(\d+)\.(\d+)")
_USUAL_PLACES: Final = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/snap/bin")

# buildx prints `--progress=rawjson` since 0.13 (its release notes); clients before 23.0 carry
# BuildKit's client themselves, later ones need buildx for it (Docker Engine 23.0 release notes).
_RAWJSON_SINCE: Final = (0, 13)
_BUILT_IN_UNTIL: Final = (23, 0)


@dataclass(frozen=True, slots=True)
class Route:
    """One way to build.

    kind: "buildx" (machine-readable progress), "buildx-plain", "builtin" (BuildKit of a client
    before 23.0) or "classic" (no BuildKit: no cache mounts, no parallel stages).
    """

    client: str
    kind: str
    version: str

    @property
    def description(self) -> str:
        """Return a short name for reports."""
        names = {
            "buildx": "buildx",
            "buildx-plain": "buildx",
            "builtin": "BuildKit",
            "classic": "classic builder",
        }
        return f"{names[self.kind]}, client {self.version}"


def clients(program: str) -> list[str]:
    """Return every executable called `program` on PATH and in the usual places, once each."""
    found: dict[str, str] = {}
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), *_USUAL_PLACES]:
        path = os.path.join(folder or ".", program)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            found.setdefault(os.path.realpath(path), path)
    return list(found.values())


@lru_cache(maxsize=1)
def docker_route() -> Route | None:
    """Return the best build route of the docker clients found, None without any client."""
    routes = [route for client in clients("docker") if (route := _route(client)) is not None]
    order = ("buildx", "builtin", "buildx-plain", "classic")
    return min(routes, key=lambda route: order.index(route.kind), default=None)


def _route(client: str) -> Route | None:
    printed = output_of([client, "--version"])
    version = _number(printed)
    if printed is None or version is None:
        return None
    shown = f"{version[0]}.{version[1]}"
    buildx = _number(output_of([client, "buildx", "version"]))
    if buildx is not None:
        return Route(client, "buildx" if buildx >= _RAWJSON_SINCE else "buildx-plain", shown)
    return Route(client, "builtin" if version < _BUILT_IN_UNTIL else "classic", shown)


def _number(printed: str | None) -> tuple[int, int] | None:
    found = _VERSION.search(printed or "")
    return (int(found[1]), int(found[2])) if found else None
