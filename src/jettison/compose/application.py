"""The services of a Compose project: its files merged, what they include and extend followed, their paths resolved.

Files of strangers: only those of the same repository are read, each once, and all bounds are of the whole project.

Source: the Compose specification, "extends", "Include", "Merge and override", "Interpolation".
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from jettison.compose.env_text import environment
from jettison.compose.interpolate import Interpolator
from jettison.compose.merge import merged
from jettison.compose.node import Budget, Node, filled
from jettison.compose.problem import BuildFileError
from jettison.compose.project import is_remote, joined
from jettison.settings.yaml_text import MAX_BYTES, YamlError, read_yaml

MAX_EXTENDS: Final = 16
MAX_FILES: Final = 512
MAX_TEXT: Final = 16 * 1024 * 1024
MAX_SERVICES: Final = 1000
MAX_PROBLEMS: Final = 100
MAX_ABOVE: Final = 8


class Application(NamedTuple):
    """services: by name, everything merged, paths of builds and env files resolved; values: the project's variables.

    problems: (line, message) of what could not be followed, the line in the first file; files: path of each secret
    and config that is a file, by ("secrets" or "configs", name); steered: real paths of files that are included with a
    folder or an environment other than their own, so that read alone they mean something else; read: the paths of all files.
    """

    services: dict[str, Node]
    values: dict[str, str]
    problems: list[tuple[int, str]]
    root: str
    files: dict[tuple[str, str], str]
    steered: frozenset[str]
    read: tuple[str, ...]


class _File(NamedTuple):
    path: str
    folder: str
    values: Mapping[str, str]
    top: Node

    @property
    def services(self) -> dict[str, Node]:
        found = self.top.get("services")
        return found.table if found is not None else {}


def read_application(paths: Sequence[str], data: bytes | None = None) -> Application:
    """Return the services of a project whose files are merged in this order; data: the text of the first.

    Raises:
        BuildFileError: the first file is not YAML, is no Compose file, or expands to too much.
    """
    reader = _Reader(repository_of(os.path.dirname(paths[0]) or "."))
    folder = os.path.dirname(paths[0])
    values = environment(folder or ".")
    files = [reader.file(paths[0], folder, values, data)]
    for path in paths[1:]:
        try:
            # Paths in an override are those of the first file.
            files.append(reader.file(path, folder, values, None))
        except BuildFileError as error:
            reader.problems.append((0, f"{os.path.basename(path)}: {error}"))
    services = reader.services(files)
    return Application(
        services,
        values,
        reader.problems,
        reader.root,
        reader.named_files,
        frozenset(reader.steered),
        reader.paths,
    )


def repository_of(folder: str) -> str:
    """Return the real path of the folder whose files are of one repository; without a repository the one above."""
    real = os.path.realpath(folder)
    above = real
    for _ in range(MAX_ABOVE):
        if os.path.exists(os.path.join(above, ".git")):
            return above
        above = os.path.dirname(above)
    return os.path.dirname(real)


def is_within(root: str, path: str) -> bool:
    """Return whether a path leads, through all links, to something below a folder."""
    real = os.path.realpath(path)
    return real == root or real.startswith(root.rstrip("/") + "/")


class _Reader:
    def __init__(self, root: str) -> None:
        self.root = root
        self.problems: list[tuple[int, str]] = []
        self._budget = Budget()
        self._includes: set[str] = set()
        self.named_files: dict[tuple[str, str], str] = {}
        self.steered: set[str] = set()
        self._text_left = MAX_TEXT
        self._environments: dict[tuple[str, tuple[str, ...], int], tuple[dict[str, str], Mapping[str, str]]] = {}
        self._files: dict[tuple[str, str], _File] = {}
        self._extended: dict[tuple[str, str, str], Node] = {}
        # Where the first file names what is being read now; 0: it is the first file itself.
        self._line = 0

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the real paths of the files that were read."""
        return tuple(sorted({path for path, _ in self._files}))

    def file(self, path: str, folder: str, values: Mapping[str, str], data: bytes | None) -> _File:
        """Return a file with its variables replaced; its paths are relative to `folder`.

        Raises:
            BuildFileError: it cannot be used.
        """
        key = (os.path.realpath(path), folder)
        if key in self._files:
            return self._files[key]
        if len(self._files) >= MAX_FILES:
            raise BuildFileError(f"more than {MAX_FILES} files")
        top = self._parsed(path, values, data)
        services = top.get("services")
        if services is not None and services.data is not None and not isinstance(services.data, dict):
            raise BuildFileError("services: a table of services was expected", services.line)
        for service in services.table.values() if services is not None else ():
            _resolve_paths(service, folder)
        self._files[key] = _File(path, folder, values, top)
        return self._files[key]

    def _parsed(self, path: str, values: Mapping[str, str], data: bytes | None) -> Node:
        if data is None:
            if not is_within(self.root, path):
                raise BuildFileError("lies outside of the repository and is not read")
            data = _bytes_of(path)
        self._text_left -= len(data)
        if self._text_left < 0:
            raise BuildFileError("with it the files of the project hold too much text")
        try:
            top = read_yaml(data)
        except YamlError as error:
            raise BuildFileError(str(error), error.line) from error
        if top is None or top.data is None:
            return Node({}, 1)
        if not isinstance(top.data, dict):
            raise BuildFileError("no Compose file: keys and values were expected", top.line)
        return filled(top, Interpolator(values), self._budget, self._line)

    def services(self, files: Sequence[_File]) -> dict[str, Node]:
        """Return the services of files that are merged, and of what these include."""
        found: dict[str, Node] = {}
        for file in files:
            for name, service in list(file.services.items())[:MAX_SERVICES]:
                whole = self._extending(file, name, service, ())
                found[name] = merged(found[name], whole, self._budget) if name in found else whole
        for file in files:
            self._name_files(file)
            include = file.top.get("include")
            for entry in include.items if include is not None else ():
                for name, service in self._included(file, entry).items():
                    # A name that is taken is a conflict, which Compose refuses: the nearer one stays.
                    found.setdefault(name, service)
        return found

    def _name_files(self, file: _File) -> None:
        for kind in ("secrets", "configs"):
            stated = file.top.get(kind)
            for name, entry in stated.table.items() if stated is not None else ():
                path = entry.get("file")
                if path is not None and path.text:
                    self.named_files.setdefault((kind, name), joined(file.folder, path.text))

    def _included(self, file: _File, entry: Node) -> dict[str, Node]:
        stated = entry.get("path")
        listed = [entry] if entry.text else [] if stated is None else stated.items or [stated]
        paths = [joined(file.folder, each.text) for each in listed if each.text and not is_remote(each.text)]
        if not paths or len(paths) < len(listed):
            return self._failed(entry.line, "include: a path of this repository was expected")
        if paths[0] in self._includes:
            # Its services are there already.
            return {}
        if len(self._includes) >= MAX_FILES:
            return self._failed(entry.line, f"include: more than {MAX_FILES} files")
        self._includes.add(paths[0])
        named = entry.get("project_directory")
        folder = joined(file.folder, named.text) if named is not None and named.text else os.path.dirname(paths[0])
        own = entry.get("env_file")
        listed = [] if own is None else own.items or [own]
        env_files = tuple(joined(file.folder, each.text) for each in listed if each.text)
        inside = tuple(path for path in env_files if is_within(self.root, path))
        values = self._environment(folder or ".", inside, file.values)
        if env_files or os.path.realpath(folder or ".") != os.path.realpath(os.path.dirname(paths[0]) or "."):
            self.steered.update(os.path.realpath(path) for path in paths)
        before, self._line = self._line, self._line or entry.line
        try:
            return self.services([self.file(path, folder, values, None) for path in paths])
        except BuildFileError as error:
            if self._budget.left < 0:
                raise
            return self._failed(entry.line, f"include: {os.path.basename(paths[0])}: {error}")
        finally:
            self._line = before

    def _environment(self, folder: str, files: tuple[str, ...], over: Mapping[str, str]) -> dict[str, str]:
        key = (folder, files, id(over))
        if key not in self._environments:
            # What it stands over is kept with it, so that no other can have its identity.
            self._environments[key] = environment(folder, files, over), over
        return self._environments[key][0]

    def _extending(self, file: _File, name: str, service: Node, chain: tuple[tuple[str, str], ...]) -> Node:
        """Return a service with what it extends; chain: the services that extend this one."""
        key = (file.path, file.folder, name)
        if key in self._extended:
            return self._extended[key]
        found = service
        if not isinstance(service.data, dict):
            if service.data is not None:
                self._failed(service.line, f"services.{name}: a table was expected")
            found = Node({}, service.line)
        elif "extends" in service.data:
            own = Node({key: node for key, node in service.data.items() if key != "extends"}, service.line)
            base = self._base(file, name, service.data["extends"], (*chain, (file.path, name)))
            found = own if base is None else merged(base, own, self._budget)
        self._extended[key] = found
        return found

    def _base(self, file: _File, name: str, extends: Node, chain: tuple[tuple[str, str], ...]) -> Node | None:
        """Return what a service extends; None where that cannot be followed, which is then a problem."""
        title = f"services.{name}.extends"
        stated, named = extends.get("file"), extends.get("service")
        wanted = extends.text or (named.text if named is not None else "")
        before = self._line
        if stated is not None and stated.text:
            path = joined(file.folder, stated.text)
            self._line = self._line or stated.line
            try:
                file = self.file(path, os.path.dirname(path), file.values, None)
            except BuildFileError as error:
                self._line = before
                if self._budget.left < 0:
                    raise
                self._failed(stated.line, f"{title}: {stated.text}: {error}")
                return None
        try:
            service = file.services.get(wanted)
            if service is None:
                self._failed(extends.line, f"{title}: there is no service {wanted!r}")
                return None
            if (file.path, wanted) in chain or len(chain) >= MAX_EXTENDS:
                why = "it extends itself" if (file.path, wanted) in chain else f"more than {MAX_EXTENDS} deep"
                self._failed(extends.line, f"{title}: {why}")
                return None
            return self._extending(file, wanted, service, chain)
        finally:
            self._line = before

    def _failed(self, line: int, message: str) -> dict[str, Node]:
        problem = (self._line or line, message)
        if problem not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)
        return {}


def _bytes_of(path: str) -> bytes:
    try:
        if not os.path.isfile(path):
            raise BuildFileError("cannot be read")
        with open(path, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BuildFileError(f"cannot be read: {error.strerror}") from error


def _resolve_paths(service: Node, folder: str) -> None:
    """Put the folder of a file before the relative paths of a service's build and env files."""
    build = service.get("build")
    places = [build, build.get("context") if build is not None else None]
    files = service.get("env_file")
    for each in [] if files is None else files.items or [files]:
        places += [each, each.get("path")]
    for each in _of(service, "volumes"):
        parts = each.text.split(":")
        if len(parts) > 1 and parts[0].startswith((".", "/")):
            # Whole, so that it is told from the name of a volume.
            each.data = ":".join((os.path.abspath(joined(folder, parts[0])), *parts[1:]))
        source = each.get("source")
        if source is not None and source.text.startswith((".", "/")):
            source.data = os.path.abspath(joined(folder, source.text))
    for node in places:
        if node is not None and node.text and node.sure and not is_remote(node.text):
            node.data = joined(folder, node.text)


def _of(service: Node, key: str) -> list[Node]:
    found = service.get(key)
    return found.items if found is not None else []
