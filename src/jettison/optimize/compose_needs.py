"""What the Compose file next to a Dockerfile says of its image: how it is started, and what it needs beside it.

Only images and builds are taken, with their environment, command and health check. Folders of the host,
published ports, privileges and networks of a Compose file are not: what the proof starts is confined.

Source: the Compose specification, "services top-level element".
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from jettison.compose.interpolate import Interpolator, environment
from jettison.compose.project import joined
from jettison.errors import SourceError
from jettison.knowledge.secret_marks import is_secret_name
from jettison.optimize.env_file import read_env_file
from jettison.proof.run_as import RunAs
from jettison.settings.yaml_text import MAX_BYTES, Value, YamlError, read_yaml

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
MAX_SERVICES: Final = 10
MAX_ABOVE: Final = 4


@dataclass(frozen=True, slots=True)
class Needed:
    """A service it depends on, as the Compose file says. image "" where it is built from `context`.

    needs: names of those that it depends on itself; ends: another waits until it has done its work and ended.
    """

    name: str
    image: str
    context: str
    dockerfile: str
    env: dict[str, str]
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...]
    health: tuple[str, ...]
    needs: tuple[str, ...] = ()
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What the service says that a Dockerfile is built for.

    path: the Compose file; services: in the order in which they start; run_as: how the service starts the image, None
    where the Dockerfile says it; others: what else the file starts from the same image; ports: those of the container
    that it publishes; hidden: values that nobody may see.
    """

    path: str
    name: str
    env: dict[str, str] = field(default_factory=dict)
    services: tuple[Needed, ...] = ()
    run_as: RunAs | None = None
    others: tuple[RunAs, ...] = ()
    ports: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def starts(self) -> tuple[RunAs, ...]:
        """Return everything that the file starts from the image by words of its own."""
        return (*((self.run_as,) if self.run_as is not None else ()), *self.others)

    @property
    def shared(self) -> bool:
        """Return whether another service starts something else from the image, which no check of a port would fit."""
        own = f"service {self.name} of {os.path.basename(self.path)}"
        return any(other.service != own for other in self.others)

    def alone(self) -> Needs:
        """Return the same without what it depends on."""
        return self.without(frozenset(service.name for service in self.services))

    def without(self, names: frozenset[str]) -> Needs:
        """Return the same without some of the services and what depends on them, and without the variables that name them.

        A program told of a database that is not there would only wait for it.
        """
        gone = set(names)
        for service in self.services:
            # They stand in the order in which they start.
            if gone & set(service.needs):
                gone.add(service.name)
        env = {name: value for name, value in self.env.items() if not gone & _hosts(value)}
        left = tuple(service for service in self.services if service.name not in gone)
        return replace(self, services=left, env=env)


def _hosts(value: str) -> set[str]:
    """Return the words of a value that can be a host: `db`, `tcp://db:5432`, `postgres://user:password@db/name`."""
    for sign in "/:@,;?&=":
        value = value.replace(sign, " ")
    return set(value.split())


def read_needs(project: str, dockerfile: str, model: Model) -> Needs | None:
    """Return the needs of the service that this Dockerfile builds; None where no Compose file tells of it.

    The file is looked for in the project's folder and in those above, up to the root of the repository. One that cannot
    be read, or builds something else, tells nothing.
    """
    for folder in (project, *_above(os.path.realpath(project))):
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                found = _read(path, project, dockerfile, model)
                if found is not None:
                    return found
                break
    return None


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


def _read(path: str, project: str, dockerfile: str, model: Model) -> Needs | None:
    try:
        with open(path, "rb") as stream:
            text = stream.read(MAX_BYTES + 1)
        top = read_yaml(text)
    except (OSError, YamlError):
        return None
    services = top.get("services") if top is not None else None
    if services is None or not isinstance(services.data, dict):
        return None
    reader = _Reader(path, services.data)
    builders = [name for name, each in services.data.items() if reader.builds(each, project, dockerfile, model)]
    if not builders:
        return None
    own = min(builders, key=reader.rank)
    service = services.data[own]
    needed = tuple(reader.needed(name) for name in reader.order(own))
    env = reader.env(service)
    run_as, passed = _start(reader.run_as(own), model)
    # Services that say nothing start the image as it is: nothing of theirs is another start.
    others = [start for start in (passed, *(reader.run_as(name) for name in builders if name != own)) if start.words]
    shown = text.decode("utf-8", "replace") + model.source.data.decode("utf-8", "replace")
    return Needs(
        path,
        own,
        env,
        needed,
        run_as,
        tuple(start for start in others if run_as is None or start.words != run_as.words),
        reader.ports(service),
        reader.hidden(service, env, needed, shown),
    )


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


def _table(value: Value | None) -> dict[str, Value]:
    return value.data if value is not None and isinstance(value.data, dict) else {}


class _Reader:
    def __init__(self, path: str, services: dict[str, Value]) -> None:
        self._folder = os.path.dirname(path) or "."
        self._file = os.path.basename(path)
        self._services = services
        self._interpolate = Interpolator(environment(self._folder))
        self._ending = {
            name
            for service in services.values()
            for name, how in _table(service.get("depends_on")).items()
            if getattr(how.get("condition"), "text", "") == "service_completed_successfully"
        }

    def builds(self, service: Value, project: str, dockerfile: str, model: Model) -> bool:
        """Return whether a service is built from this Dockerfile, up to its last stage."""
        build = service.get("build")
        if build is None:
            return False
        context, file = self._build(build)
        target = self._text(build.get("target"))
        final = model.final.name if model.final is not None else None
        same = os.path.realpath(context) == os.path.realpath(project)
        return same and os.path.realpath(file) == os.path.realpath(dockerfile) and target in ("", final)

    def _build(self, build: Value) -> tuple[str, str]:
        context = joined(self._folder, self._text(build if build.text else build.get("context")) or ".")
        return context, joined(context, self._text(build.get("dockerfile")) or "Dockerfile")

    def rank(self, name: str) -> tuple[bool, bool, bool]:
        """Return what makes one of several services of an image the one to run: it starts by default, and serves."""
        service = self._services[name]
        return service.get("profiles") is not None, not self.ports(service), service.get("expose") is None

    def run_as(self, name: str) -> RunAs:
        """Return how a service starts its image."""
        service = self._services[name]
        entrypoint, command = service.get("entrypoint"), service.get("command")
        given = None if entrypoint is None or entrypoint.data is None else self._words(entrypoint)
        user = self._text(service.get("user"))
        return RunAs(
            f"service {name} of {self._file}",
            given,
            self._words(command) or None,
            # "${UID}:${GID}" without either.
            "" if user.startswith(":") else user.rstrip(":"),
            self._text(service.get("working_dir")),
        )

    def ports(self, service: Value) -> tuple[str, ...]:
        """Return the ports of the container that a service publishes or exposes, as EXPOSE would write them."""
        found: list[str] = []
        for key in ("ports", "expose"):
            value = service.get(key)
            for each in value.data if value is not None and isinstance(value.data, list) else ():
                text = self._text(each if each.text else each.get("target"))
                number, _, protocol = text.rpartition(":")[2].partition("/")
                if number.isdigit():
                    found.append(f"{number}/{protocol or 'tcp'}")
        return tuple(dict.fromkeys(found))

    def order(self, own: str) -> list[str]:
        """Return the names that a service depends on, each after what it needs itself."""
        done: list[str] = []
        self._visit(own, done, {own})
        return done[:MAX_SERVICES]

    def _visit(self, name: str, done: list[str], seen: set[str]) -> None:
        for each in self._names(self._services[name].get("depends_on")):
            if each in self._services and each not in seen:
                seen.add(each)
                self._visit(each, done, seen)
                done.append(each)

    def _names(self, value: Value | None) -> list[str]:
        if value is None:
            return []
        if isinstance(value.data, dict):
            return list(value.data)
        return [each.text for each in value.data if each.text] if isinstance(value.data, list) else []

    def needed(self, name: str) -> Needed:
        """Return what a service says of itself."""
        service = self._services[name]
        build = service.get("build")
        context, file = self._build(build) if build is not None else ("", "")
        start = self.run_as(name)
        return Needed(
            name,
            self._text(service.get("image")) if build is None else "",
            context,
            file,
            self.env(service),
            start.entrypoint,
            start.command or (),
            self._health(service.get("healthcheck")),
            tuple(self._names(service.get("depends_on"))),
            name in self._ending,
        )

    def env(self, service: Value) -> dict[str, str]:
        """Return the environment of a service; a file of it that cannot be read is passed over."""
        found = self._of_files(service)
        given = service.get("environment")
        if given is not None and isinstance(given.data, dict):
            for key, value in given.data.items():
                if value.data is None and key in os.environ:
                    found[key] = os.environ[key]
                elif value.text is not None:
                    found[key] = self._text(value)
        for item in given.data if given is not None and isinstance(given.data, list) else ():
            name, equals, value = self._text(item).partition("=")
            if equals:
                found[name] = value
            elif name in os.environ:
                found[name] = os.environ[name]
        return found

    def _of_files(self, service: Value) -> dict[str, str]:
        found: dict[str, str] = {}
        files = service.get("env_file")
        listed = files.data if files is not None and isinstance(files.data, list) else [files] if files else []
        for each in listed:
            path = self._text(each if each.text else each.get("path"))
            try:
                found.update(read_env_file(joined(self._folder, path)))
            except SourceError:
                continue
        return found

    def hidden(self, service: Value, env: dict[str, str], needed: tuple[Needed, ...], shown: str) -> tuple[str, ...]:
        """Return the values that no report may hold: of secret names, and all of files but what stands openly elsewhere.

        Numbers stay: without them no port and no size could be told.
        """
        files = [self._of_files(service), *(self._of_files(self._services[need.name]) for need in needed)]
        quiet = [value for found in files for value in found.values() if not value.isdigit() and value not in shown]
        named = [v for found in (env, *(need.env for need in needed)) for k, v in found.items() if is_secret_name(k)]
        return tuple(dict.fromkeys((*quiet, *named)))

    def _health(self, value: Value | None) -> tuple[str, ...]:
        test = value.get("test") if value is not None else None
        if test is None:
            return ()
        if test.text:
            return ("CMD-SHELL", self._text(test))
        return self._words(test)

    def _words(self, value: Value | None) -> tuple[str, ...]:
        if value is None:
            return ()
        if isinstance(value.data, list):
            return tuple(self._text(each) for each in value.data)
        try:
            return tuple(shlex.split(self._text(value)))
        except ValueError:
            return ()

    def _text(self, value: Value | None) -> str:
        return self._interpolate(value.text) if value is not None and value.text else ""
