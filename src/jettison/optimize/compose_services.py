"""What the services of a Compose project say of themselves.

Only images and builds are taken, with their environment, command and health check, and copies of files of the
repository. Folders of the host, published ports, privileges and networks of a Compose file are not: what the proof starts is confined.

Source: the Compose specification, "services top-level element".
"""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections import ChainMap
from typing import TYPE_CHECKING, Final

from jettison.compose.application import is_within
from jettison.compose.compose_file import pairs
from jettison.compose.duration import seconds_of
from jettison.compose.env_text import read_env
from jettison.compose.project import joined
from jettison.knowledge.secret_marks import is_secret_name
from jettison.optimize.needed import Needed
from jettison.proof.health import HealthTest
from jettison.proof.laid_in import Placed
from jettison.proof.run_as import RunAs
from jettison.settings.yaml_text import MAX_BYTES

if TYPE_CHECKING:
    from jettison.compose.application import Application
    from jettison.compose.node import Node
    from jettison.model.dockerfile import Model

MAX_SERVICES: Final = 10
MAX_ALIASES: Final = 8
MAX_SECRET_BYTES: Final = 64 * 1024
MAX_ADDRESS: Final = 2000
# `//db`, `user:password@db`, `db:5432`.
_HOST_IN: Final = re.compile(r"(?:(?<=//)|(?<=@))[\w.-]{1,63}|(?<![\w.@/-])[\w.-]{1,63}(?=:\d)", re.ASCII)
_ADDRESS: Final = re.compile(r"(?:HOSTS?|HOSTNAME|ADDR|ADDRESS|SERVERS?|ENDPOINT|BROKERS?)\Z", re.IGNORECASE)
_HOST: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}\Z")


class ComposeServices:
    """The services of one project. path: its first file."""

    def __init__(self, path: str, application: Application) -> None:
        self._folder = os.path.dirname(path) or "."
        self._file = os.path.basename(path)
        self._services = application.services
        self._values = application.values
        self._root = application.root
        self._named_files = application.files
        # Path of an env file -> in words, why it was not read.
        self.unread: dict[str, str] = {}
        self._ending = {
            name
            for service in self._services.values()
            for name, how in _fields(service, "depends_on").items()
            if _text(how.get("condition")) == "service_completed_successfully"
        }

    def service(self, name: str) -> Node:
        """Return what the project says of a service."""
        return self._services[name]

    def builds(self, service: Node, project: str, dockerfile: str, model: Model, any_stage: bool = False) -> bool:
        """Return whether a service is built from this Dockerfile, up to its last stage or to any."""
        build = service.get("build")
        if build is None:
            return False
        context, file = self._build(build)
        target = _text(build.get("target"))
        final = model.final.name if model.final is not None else None
        same = os.path.realpath(context) == os.path.realpath(project)
        return same and os.path.realpath(file) == os.path.realpath(dockerfile) and (any_stage or target in ("", final))

    def _build(self, build: Node) -> tuple[str, str]:
        context = _text(build) or _text(build.get("context")) or self._folder
        return context, joined(context, _text(build.get("dockerfile")) or "Dockerfile")

    def rank(self, name: str) -> tuple[bool, bool, bool]:
        """Return what makes one of several services of an image the one to run: it starts by default, and serves."""
        service = self._services[name]
        return service.get("profiles") is not None, not self.ports(service), service.get("expose") is None

    def run_as(self, name: str) -> RunAs:
        """Return how a service starts its image."""
        service = self._services[name]
        entrypoint, command = service.get("entrypoint"), service.get("command")
        given = None if entrypoint is None or entrypoint.data is None else _words(entrypoint)
        user = _text(service.get("user"))
        return RunAs(
            f"service {name} of {self._file}",
            given,
            _words(command) or None,
            # "${UID}:${GID}" without either.
            "" if user.startswith(":") else user.rstrip(":"),
            _text(service.get("working_dir")),
        )

    def ports(self, service: Node) -> tuple[str, ...]:
        """Return the ports of the container that a service publishes or exposes, as EXPOSE would write them."""
        found: list[str] = []
        for each in (*_listed(service.get("ports")), *_listed(service.get("expose"))):
            text = each.text or _text(each.get("target"))
            number, _, protocol = text.rpartition(":")[2].partition("/")
            protocol = protocol or _text(each.get("protocol")) or "tcp"
            if number.isdigit():
                found.append(f"{number}/{protocol}")
        return tuple(dict.fromkeys(found))

    def order(self, own: str) -> list[str]:
        """Return the names that a service depends on, each after what it needs itself."""
        done: list[str] = []
        self._visit(own, done, {own})
        return done[:MAX_SERVICES]

    def _visit(self, name: str, done: list[str], seen: set[str]) -> None:
        for each in self._needs(self._services[name]):
            if each in self._services and each not in seen and len(seen) <= MAX_SERVICES:
                seen.add(each)
                self._visit(each, done, seen)
                done.append(each)

    def _needs(self, service: Node, all_of_them: bool = True) -> list[str]:
        """Return the names of services that one depends on, also by an old-fashioned link; or only those that it must have."""
        depends, links = service.get("depends_on"), _listed(service.get("links"))
        table = depends.table if depends is not None else {}
        linked = (each.text.partition(":")[0] for each in links)
        named = dict.fromkeys((*table, *(each.text for each in _listed(depends)), *linked, *self._told_of(service)))
        spared = {name for name, how in table.items() if _text(how.get("required")) == "false"}
        return [name for name in named if all_of_them or name not in spared]

    def required(self, own: str) -> frozenset[str]:
        """Return the names of the services that one cannot do without, itself among them."""
        seen, waiting = {own}, [own]
        while waiting:
            for each in self._needs(self._services[waiting.pop()], False):
                if each in self._services and each not in seen:
                    seen.add(each)
                    waiting.append(each)
        return frozenset(seen)

    def _told_of(self, service: Node) -> list[str]:
        """Return the services that a service's environment names as hosts, whether or not it says that it needs them."""
        found: list[str] = []
        for name, value in self.env(service).items():
            for host in _HOST_IN.findall(value[:MAX_ADDRESS]):
                found += [host] if host in self._services else []
            if _ADDRESS.search(name) and value in self._services:
                found.append(value)
        return [name for name in found if self._services[name] is not service]

    def needed(self, own: str) -> tuple[Needed, ...]:
        """Return what the services say of themselves that one depends on, in the order in which they start."""
        required = self.required(own)
        return tuple(self._needed(name, name not in required) for name in self.order(own))

    def _needed(self, name: str, optional: bool) -> Needed:
        service = self._services[name]
        build = service.get("build")
        context, file = self._build(build) if build is not None else ("", "")
        start = self.run_as(name)
        return Needed(
            name,
            _text(service.get("image")) if build is None else "",
            context,
            file,
            self.env(service),
            start.entrypoint,
            start.command or (),
            self.health(name),
            tuple(self._needs(service, False)),
            name in self._ending,
            self._aliases(name, service),
            start.user,
            start.workdir,
            _text(build.get("target")) if build is not None else "",
            pairs(build.get("args"), self._values) if build is not None else {},
            (*self.secrets(service), *self.mounts(service)),
            optional,
        )

    def health(self, name: str) -> HealthTest | None:
        """Return the check by which a service is known to work; None where the file states none."""
        said = self._services[name].get("healthcheck")
        test = said.get("test") if said is not None else None
        if said is None or test is None or _text(said.get("disable")) == "true":
            return None
        words = ("CMD-SHELL", test.text) if test.text else _words(test)

        def seconds(key: str, default: float) -> float:
            found = seconds_of(_text(said.get(key)))
            return default if found is None else found

        retries = _text(said.get("retries"))
        return HealthTest(
            words,
            seconds("interval", 30.0),
            seconds("timeout", 30.0),
            seconds("start_period", 0.0),
            int(retries[:4]) if retries.isdecimal() else 3,
            f"service {name} of {self._file}",
        )

    def secrets(self, service: Node) -> tuple[Placed, ...]:
        """Return the secrets and configs of a service that are files, with where its container finds them."""
        found: list[Placed] = []
        for kind, folder in (("secrets", "/run/secrets"), ("configs", "/")):
            for each in _listed(service.get(kind)):
                name = _name(each)
                path = self._named_files.get((kind, name), "")
                if path and is_within(self._root, path):
                    found.append(Placed(path, posixpath.join(folder, _text(each.get("target")) or name)))
        return tuple(found)

    def mounts(self, service: Node) -> tuple[Placed, ...]:
        """Return the files and folders of the repository that are mounted into a service."""
        found: list[Placed] = []
        for each in _listed(service.get("volumes")):
            parts = each.text.split(":")
            source, target = parts[:2] if len(parts) > 1 else (_text(each.get("source")), _text(each.get("target")))
            # What is named without a path is a volume of the engine, and empty at first.
            if source.startswith("/") and target and is_within(self._root, source):
                found.append(Placed(source, target))
        return tuple(found)

    def _aliases(self, name: str, service: Node) -> tuple[str, ...]:
        """Return the further names under which other containers find a service."""
        found = [_text(service.get("container_name")), _text(service.get("hostname"))]
        for network in _fields(service, "networks").values():
            found += [each.text for each in _listed(network.get("aliases"))]
        for other in self._services.values():
            for link in _listed(other.get("links")):
                linked, _, alias = link.text.partition(":")
                found += [alias] if linked == name else []
        return tuple(dict.fromkeys(each for each in found if each != name and _HOST.match(each)))[:MAX_ALIASES]

    def env(self, service: Node) -> dict[str, str]:
        """Return the environment of a service; `unread` gets the files of it that cannot be read."""
        return {**self._of_files(service), **pairs(service.get("environment"), self._values, unsure=True)}

    def _of_files(self, service: Node) -> dict[str, str]:
        found: dict[str, str] = {}
        files = service.get("env_file")
        for each in [] if files is None else files.items or [files]:
            path = _text(each) or _text(each.get("path"))
            if not path:
                continue
            if not is_within(self._root, path):
                self.unread[path] = f"env_file {path} lies outside of the repository and was not read"
                continue
            try:
                found.update(read_env(path, ChainMap(self._values, found), _text(each.get("format")) == "raw"))
            except OSError:
                if _text(each.get("required")) != "false":
                    self.unread[path] = f"env_file {os.path.basename(path)} is not there: nobody got its variables"
        return found

    def shown(self) -> str:
        """Return what the Compose file says openly."""
        try:
            with open(os.path.join(self._folder, self._file), "rb") as stream:
                return stream.read(MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def hidden(self, service: Node, env: dict[str, str], needed: tuple[Needed, ...], shown: str) -> tuple[str, ...]:
        """Return the values that no report may hold: of secret names, and all of files but what stands openly elsewhere.

        Numbers stay: without them no port and no size could be told.
        """
        files = [self._of_files(service), *(self._of_files(self._services[need.name]) for need in needed)]
        quiet = [value for found in files for value in found.values() if not value.isdigit() and value not in shown]
        for kind, name in [(each, _name(entry)) for each in ("secrets",) for entry in _listed(service.get(each))]:
            path = self._named_files.get((kind, name), "")
            quiet += [_content(path)] if path and is_within(self._root, path) else []
        # A command may hold what a variable with a secret's name brings.
        tables = (env, self._values, *(need.env for need in needed))
        named = [v for found in tables for k, v in found.items() if is_secret_name(k)]
        # `postgres` as its own password is no secret, and the name of what is told of.
        words = {*self._services, *(_image_word(each) for each in self._services.values())}
        return tuple(dict.fromkeys(value for value in (*quiet, *named) if value and value not in words))


def _name(entry: Node) -> str:
    return entry.text or _text(entry.get("source"))


def _image_word(service: Node) -> str:
    return _text(service.get("image")).partition("@")[0].rpartition("/")[2].partition(":")[0]


def _content(path: str) -> str:
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, "rb") as stream:
            return stream.read(MAX_SECRET_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _words(value: Node | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value.data, list):
        return tuple(each.text for each in value.data)
    try:
        return tuple(shlex.split(value.text))
    except ValueError:
        return ()


def _text(value: Node | None) -> str:
    return value.text if value is not None else ""


def _listed(value: Node | None) -> list[Node]:
    return value.items if value is not None else []


def _fields(service: Node, key: str) -> dict[str, Node]:
    value = service.get(key)
    return value.table if value is not None else {}
