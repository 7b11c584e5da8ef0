"""On which port the running original listens, and which page of it answers: what a health check can ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jettison.project.detect import Project
    from jettison.proof.behaviour import Behaviour

PORT: Final = "PORT"
# It is asked for what is said of pages that are not there.
NOT_PAGES: Final = ("/jettison-no-such-page",)
# It goes into the text of a program.
_PAGE: Final = re.compile(r"/[\w./~-]*\Z", re.ASCII)


def as_measured(project: Project, seen: Behaviour, env: Mapping[str, str], own: Mapping[str, str]) -> Project | None:
    """Return the project with the port and the page that the original was seen to answer; None: no page is there.

    What could not be seen stays as the sources say. env: what its container's environment was; own: the part of it
    that is the image's.
    """
    pages = _pages(seen, project)
    port = project.port if project.port in seen.ports else min(pages, default=next(iter(seen.ports), None))
    if port is None:
        return project
    variable = _variable(env, port)
    default = port
    if variable and variable not in own and project.port is not None:
        # What was given for this run alone is not there in another: then the port is the one that the project names.
        default = project.port
    project = project._replace(port=default, port_variable=variable)
    if not any(key[0] == port for key in seen.answers):
        return project
    page = pages.get(port)
    return project._replace(health_path=page) if page is not None else None


def _pages(seen: Behaviour, project: Project) -> dict[int, str]:
    """Return for each port the first page that is there, the health page before others."""
    found: dict[int, str] = {}
    order = sorted(seen.answers.items(), key=lambda item: item[0][1] != f"GET {project.health_path}")
    for (port, asked), answer in order:
        method, _, path = asked.partition(" ")
        if method == "GET" and 0 < answer.status < 400 and _PAGE.match(path) and path not in NOT_PAGES:
            found.setdefault(port, path)
    return found


def _variable(env: Mapping[str, str], port: int) -> str:
    """Return the variable whose value the port is: PORT, else the only one that ends so."""
    named = [name for name, value in env.items() if value == str(port) and name.upper().endswith(PORT)]
    if PORT in named:
        return PORT
    return named[0] if len(named) == 1 and named[0].isidentifier() else ""
