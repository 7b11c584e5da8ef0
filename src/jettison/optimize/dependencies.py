"""What a program needs beside it, by the Compose file next to it: the services it depends on.

Only images and builds are taken, with their environment, command and health check. Folders of the host,
ports, privileges and networks of a Compose file are not: what the proof starts is confined.

Source: the Compose specification, "services top-level element".
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from jettison.compose.interpolate import Interpolator, environment
from jettison.compose.project import joined
from jettison.engine.base import BuildRequest
from jettison.errors import EngineError, SourceError
from jettison.optimize.env_file import read_env_file
from jettison.proof.stand import Service
from jettison.settings.yaml_text import MAX_BYTES, Value, YamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from jettison.engine.base import Engine, OnEvent
    from jettison.model.dockerfile import Model

NAMES: Final = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
MAX_SERVICES: Final = 10


@dataclass(frozen=True, slots=True)
class Needed:
    """A service it depends on, as the Compose file says. image "" where it is built from `context`."""

    name: str
    image: str
    context: str
    dockerfile: str
    env: dict[str, str]
    entrypoint: tuple[str, ...] | None
    command: tuple[str, ...]
    health: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a project's own service says. services: in the order in which they start; path: the Compose file."""

    path: str
    name: str
    env: dict[str, str] = field(default_factory=dict)
    services: tuple[Needed, ...] = ()


def read_needs(project: str, dockerfile: str, model: Model) -> Needs | None:
    """Return the needs of the service that this Dockerfile builds; None where no Compose file tells of it.

    The file is looked for in the project's folder and in the one above. One that cannot be read tells nothing.
    """
    for folder in (project, os.path.dirname(os.path.realpath(project))):
        for name in NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                found = _read(path, project, dockerfile, model)
                if found is not None:
                    return found
                break
    return None


def _read(path: str, project: str, dockerfile: str, model: Model) -> Needs | None:
    try:
        with open(path, "rb") as stream:
            top = read_yaml(stream.read(MAX_BYTES + 1))
    except (OSError, YamlError):
        return None
    services = top.get("services") if top is not None else None
    if services is None or not isinstance(services.data, dict):
        return None
    reader = _Reader(os.path.dirname(path) or ".", services.data)
    own = next((name for name, each in services.data.items() if reader.builds(each, project, dockerfile, model)), None)
    if own is None:
        return None
    order = reader.order(own)
    return Needs(path, own, reader.env(services.data[own]), tuple(reader.needed(name) for name in order))


class _Reader:
    def __init__(self, folder: str, services: dict[str, Value]) -> None:
        self._folder = folder
        self._services = services
        self._interpolate = Interpolator(environment(folder))

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
        entrypoint = service.get("entrypoint")
        return Needed(
            name,
            self._text(service.get("image")) if build is None else "",
            context,
            file,
            self.env(service),
            None if entrypoint is None else self._words(entrypoint),
            self._words(service.get("command")),
            self._health(service.get("healthcheck")),
        )

    def env(self, service: Value) -> dict[str, str]:
        """Return the environment of a service; a file of it that cannot be read is passed over."""
        found: dict[str, str] = {}
        files = service.get("env_file")
        listed = files.data if files is not None and isinstance(files.data, list) else [files] if files else []
        for each in listed:
            path = self._text(each if each.text else each.get("path"))
            try:
                found.update(read_env_file(joined(self._folder, path)))
            except SourceError:
                continue
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


def prepare(
    needs: Needs,
    engine: Engine,
    run_id: str,
    network: str | None,
    tags: list[str],
    say: Callable[[str], None],
    on_event: OnEvent | None,
) -> tuple[Service, ...]:
    """Return the services with their images at hand: built, or fetched where the engine lacks them.

    `tags` gets the names of images that are built here.

    Raises:
        EngineError: one cannot be had; the message names it.
    """
    found = []
    for number, need in enumerate(needs.services):
        image = need.image
        if not image:
            image = f"jettison/{run_id}:need{number}"
            tags.append(image)
            say(f"building {need.name}, which it needs")
            engine.build(_build_request(need, image, network), on_event)
        elif engine.identity(image) is None:
            say(f"fetching {image}, which it needs")
            try:
                engine.fetch(image)
            except EngineError as error:
                raise EngineError(f"it needs {need.name}, and {image} cannot be fetched: {error}") from error
        # An entry point of several words: the engine's option takes one, the rest goes before the command.
        entrypoint, command = need.entrypoint, need.command
        first = None if entrypoint is None else (entrypoint[0] if entrypoint else "")
        found.append(Service(need.name, image, need.env, first, (*(entrypoint or ())[1:], *command), need.health))
    return tuple(found)


def _build_request(need: Needed, tag: str, network: str | None) -> BuildRequest:
    try:
        with open(need.dockerfile, "rb") as stream:
            text = stream.read()
    except OSError as error:
        raise EngineError(f"it needs {need.name}, and {need.dockerfile} cannot be read: {error.strerror}") from error
    return BuildRequest(need.context, text, None, tag, network)
