"""What the Compose file next to a Dockerfile says of its image: how it is started, and what it needs beside it.

Source: the Compose specification, "services top-level element"; the manual of Docker Compose, "Merge Compose files".
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jettison.cli.discover import is_build_file_name
from jettison.compose.application import read_application
from jettison.compose.env_text import read_env
from jettison.compose.problem import BuildFileError
from jettison.compose.project import joined
from jettison.optimize.compose_services import ComposeServices
from jettison.optimize.needed import Needs
from jettison.proof.run_as import RunAs

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
MAX_ABOVE: Final = 4
MAX_OTHERS: Final = 8
MAX_PROBLEMS: Final = 5


def read_needs(project: str, dockerfile: str, model: Model) -> Needs | None:
    """Return the needs of the service that this Dockerfile builds; None where no Compose file tells of it.

    The file is looked for in the project's folder and in those above, up to the root of the repository. One that builds
    something else tells nothing; of one that cannot be read only that is told.
    """
    broken: Needs | None = None
    for paths in _files((project, *_above(os.path.realpath(project)))):
        path = paths[0]
        try:
            found = _read(paths, project, dockerfile, model)
        except BuildFileError as error:
            name = os.path.basename(path)
            place = f"{name}:{error.line}" if error.line else name
            broken = broken or Needs(path, "", problems=(f"{place}: {error}; nothing was taken from it",))
            continue
        if found is not None:
            return found
    return broken


def _files(folders: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the Compose files of folders, those together that are merged: first what Compose reads by itself."""
    own: list[tuple[str, ...]] = []
    others: list[tuple[str, ...]] = []
    for folder in folders:
        try:
            names = {entry.name for entry in os.scandir(folder) if entry.is_file()}
        except OSError:
            continue
        chosen = _chosen(folder) if ".env" in names else ()
        usual = [os.path.join(folder, name) for name in NAMES if name in names][:1]
        own += [chosen] if chosen else [(path, *_overrides(path)) for path in usual]
        others += [(os.path.join(folder, name),) for name in sorted(names) if _is_other(name)][:MAX_OTHERS]
    return own + others


def _chosen(folder: str) -> tuple[str, ...]:
    """Return the files that COMPOSE_FILE in a folder's `.env` says are read in place of those of the usual names."""
    try:
        stated = read_env(os.path.join(folder, ".env"), {})
    except OSError:
        return ()
    sign = stated.get("COMPOSE_PATH_SEPARATOR") or ":"
    names = [name.strip() for name in stated.get("COMPOSE_FILE", "").split(sign)][:MAX_OTHERS]
    return tuple(joined(folder, name) for name in names if name and name != "-")


def _is_other(name: str) -> bool:
    """Return whether Compose reads a file of this name only when it is asked to, and as a file of its own."""
    is_compose = is_build_file_name(name) and name.endswith((".yml", ".yaml"))
    return is_compose and name not in NAMES and ".override." not in name


def _above(folder: str) -> list[str]:
    """Return the folders above in which a Compose file may build this one, the nearest first.

    Without a repository only the one around it is likely to be of the same project.
    """
    found: list[str] = []
    while len(found) <= MAX_ABOVE:
        if os.path.exists(os.path.join(folder, ".git")):
            return found
        folder = os.path.dirname(folder)
        found.append(folder)
    return found[:1]


def _read(paths: tuple[str, ...], project: str, dockerfile: str, model: Model) -> Needs | None:
    path = paths[0]
    application = read_application(paths)
    services = application.services
    reader = ComposeServices(path, application)
    builders = [name for name, each in services.items() if reader.builds(each, project, dockerfile, model)]
    problems = [f"{os.path.basename(path)}: {message}" for _, message in application.problems[:MAX_PROBLEMS]]
    if not builders:
        staged = [name for name, each in services.items() if reader.builds(each, project, dockerfile, model, True)]
        if not staged:
            return None
        found = _of_another_stage(path, reader, min(staged, key=reader.rank), problems, model)
        return replace(found, read=application.read)
    own = min(builders, key=reader.rank)
    service = services[own]
    needed = reader.needed(own)
    env = reader.env(service)
    run_as, passed = _start(reader.run_as(own), model)
    # Services that say nothing start the image as it is: nothing of theirs is another start.
    others = [start for start in (passed, *(reader.run_as(name) for name in builders if name != own)) if start.words]
    shown = reader.shown() + model.source.data.decode("utf-8", "replace")
    return Needs(
        path,
        own,
        env,
        needed,
        run_as,
        tuple(start for start in others if run_as is None or start.words != run_as.words),
        reader.ports(service),
        reader.hidden(service, env, needed, shown),
        (*problems, *reader.unread.values()),
        reader.health(own),
        reader.secrets(service),
        reader.mounts(service),
        application.read,
    )


def _of_another_stage(path: str, reader: ComposeServices, own: str, problems: list[str], model: Model) -> Needs:
    """Return what a service that builds another stage of the file needs: the last one needs it as well.

    How it is started is said of that stage alone.
    """
    service = reader.service(own)
    env = reader.env(service)
    needed = reader.needed(own)
    hidden = reader.hidden(service, env, needed, reader.shown() + model.source.data.decode("utf-8", "replace"))
    note = f"service {own} of {os.path.basename(path)} builds another stage than the last: its start was not taken from there"
    return Needs(
        path,
        own,
        env,
        needed,
        hidden=hidden,
        problems=(*problems, *reader.unread.values(), note),
        health=reader.health(own),
        secrets=reader.secrets(service),
    )


def _overrides(path: str) -> list[str]:
    """Return the file beside a Compose file that Compose merges into it without being asked."""
    stem = path.rpartition(".")[0]
    found = (f"{stem}.override.{ending}" for ending in ("yml", "yaml"))
    return [each for each in found if os.path.isfile(each)][:1]


def _start(said: RunAs, model: Model) -> tuple[RunAs | None, RunAs]:
    """Return (how the service starts the image, what it says of it that is passed over).

    What the Dockerfile states itself is what its image promises, and what is proven: a Compose file beside it often
    starts it another way for development.
    """
    empty = RunAs(said.service)
    scope = model.end_scope(model.final) if model.final is not None else None
    if scope is None or not said.words:
        return None, empty
    stated = scope.cmd is not None or (scope.entrypoint is not None and said.entrypoint is not None)
    return (None, said) if stated else (said, empty)
