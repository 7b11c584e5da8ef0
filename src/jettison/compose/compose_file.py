"""The builds of a Compose file: every service with `build`, in the short and the long form.

Source: Docker's documentation, "Compose Build Specification", "extends" and "Fragments".
"""

from __future__ import annotations

import os
from typing import Final

from jettison.compose.interpolate import Interpolator, environment
from jettison.compose.problem import BuildFileError
from jettison.compose.project import is_remote, joined
from jettison.lint.build import Build
from jettison.settings.yaml_text import MAX_BYTES, Value, YamlError, read_yaml

MAX_EXTENDS: Final = 8
MAX_SERVICES: Final = 1000


def read_compose(path: str, data: bytes) -> tuple[list[Build], list[tuple[int, str]]]:
    """Return the builds of all services, whatever their profile, and what is wrong with single ones.

    Raises:
        BuildFileError: the file is not YAML, or is no Compose file.
    """
    services = _services(data)
    reader = _Reader(path, environment(os.path.dirname(path) or "."))
    for name, service in list(services.items())[:MAX_SERVICES]:
        reader.read(name, service, services)
    return reader.builds, reader.problems


def _services(data: bytes) -> dict[str, Value]:
    try:
        top = read_yaml(data)
    except YamlError as error:
        raise BuildFileError(str(error), error.line) from error
    if top is None or top.data is None:
        return {}
    if not isinstance(top.data, dict):
        raise BuildFileError("no Compose file: keys and values were expected", top.line)
    services = top.get("services")
    if services is None or services.data is None:
        return {}
    if not isinstance(services.data, dict):
        raise BuildFileError("services: a table of services was expected", services.line)
    return services.data


class _Reader:
    __slots__ = ("builds", "folder", "path", "problems", "values")

    def __init__(self, path: str, values: dict[str, str]) -> None:
        self.path = path
        self.folder = os.path.dirname(path)
        self.values = values
        self.builds: list[Build] = []
        self.problems: list[tuple[int, str]] = []

    def read(self, name: str, service: Value, services: dict[str, Value]) -> None:
        parts = self._parts(name, service, services)
        if not parts:
            return
        merged: dict[str, Value] = {}
        folders: dict[str, str] = {}
        for part, folder in reversed(parts):
            fields = part.data if isinstance(part.data, dict) else {"context": part}
            merged.update(fields)
            folders.update(dict.fromkeys(fields, folder))
        self._add(name, parts[0][0].line, merged, folders.get("context", self.folder))

    def _parts(self, name: str, service: Value, services: dict[str, Value]) -> list[tuple[Value, str]]:
        """Return the `build` values of a service and of what it extends, nearest first, with their folders."""
        found: list[tuple[Value, str]] = []
        folder = self.folder
        for _ in range(MAX_EXTENDS):
            if not isinstance(service.data, dict):
                if service.data is not None:
                    self.problems.append((service.line, f"services.{name}: a table was expected"))
                break
            build = service.get("build")
            if build is not None and build.data is not None:
                if isinstance(build.data, list):
                    self.problems.append((build.line, f"services.{name}.build: a folder or a table was expected"))
                    break
                found.append((build, folder))
            parent = service.get("extends")
            if parent is None:
                break
            file = parent.get("file")
            if file is not None and file.text:
                folder, services = self._other(folder, file, name)
            wanted = parent.text or (getattr(parent.get("service"), "text", None) or "")
            if wanted not in services:
                if services:
                    self.problems.append((parent.line, f"services.{name}.extends: there is no service {wanted!r}"))
                break
            service = services[wanted]
        return found

    def _other(self, folder: str, file: Value, name: str) -> tuple[str, dict[str, Value]]:
        path = joined(folder, self._text(file)[0])
        try:
            if not os.path.isfile(path):
                raise OSError
            with open(path, "rb") as stream:
                return os.path.dirname(path), _services(stream.read(MAX_BYTES + 1))
        except OSError:
            self.problems.append((file.line, f"services.{name}.extends: {file.text} cannot be read"))
        except BuildFileError as error:
            self.problems.append((file.line, f"services.{name}.extends: {file.text}: {error}"))
        return folder, {}

    def _add(self, name: str, line: int, fields: dict[str, Value], folder: str) -> None:
        context, sure = self._text(fields.get("context"), ".")
        named, file_sure = self._text(fields.get("dockerfile"), "Dockerfile")
        inline = fields.get("dockerfile_inline")
        remote = is_remote(context)
        if not sure or not file_sure or (remote and inline is None):
            # What a variable of the user's machine decides, or what lies elsewhere, cannot be looked at.
            return
        root = joined(folder, context)
        target, target_sure = self._text(fields.get("target"))
        text = None if inline is None else self._text(inline)[0]
        self.builds.append(
            Build(
                dockerfile=f"{self.path}#{name}" if text is not None else joined(root, named),
                context=None if remote else root,
                target=target if target_sure and target else None,
                args=tuple(sorted(self._pairs(fields.get("args")).items())),
                contexts=tuple(sorted(self._pairs(fields.get("additional_contexts")))),
                inline=text,
                origin=f"{self.path}: service {name}",
                origin_path=self.path,
                line=line,
            )
        )

    def _text(self, value: Value | None, default: str = "") -> tuple[str, bool]:
        """Return a text with its variables replaced, and whether all of them had a value."""
        if value is None or value.text is None:
            return default, True
        interpolate = Interpolator(self.values)
        return interpolate(value.text), not interpolate.incomplete

    def _pairs(self, value: Value | None) -> dict[str, str]:
        """Return a table that may be written as a list of `name=value`; what has no known value is left out."""
        found: dict[str, str] = {}
        if value is None:
            return found
        if isinstance(value.data, dict):
            for key, item in value.data.items():
                text, sure = self._text(item)
                if sure and item.data is not None:
                    found[key] = text
                elif key in self.values:
                    found[key] = self.values[key]
        for item in value.data if isinstance(value.data, list) else ():
            text, sure = self._text(item)
            key, equals, given = text.partition("=")
            if sure and equals:
                found[key] = given
            elif sure and key in self.values:
                found[key] = self.values[key]
        return found
