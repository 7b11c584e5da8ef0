"""Ecosystems: how a kind of project is recognised, built and run; one file each in knowledge/ecosystems/.

Loaded by `init` and `optimize` only, never by `check`. A file may say `extends = "NAME"`: tables are merged
key by key, and lists replace lists, but for `native` and `framework`, where the tool's own come first.
Files with `abstract = true` only serve others.

Keys of a file:

    name, title      what it is called here and to people
    language         one language may have several tools (pip, uv ...); sources: endings of its source files
    source           where the facts come from
    [detect]         files: any of these globs in the folder marks it; without: none of these; beside: any of these too;
                     text: {glob = regex}: a file of that name only counts when its text matches; rank: the highest
                     of one language wins; whole: files that make what lies below their folder a part of it, where
                     no other file of these names stands between
    [version]        name; default; readers: [glob, regex with one group, value in place of the group (optional)],
                     the first that matches gives the version; at_least / below: bounds that the default must
                     keep, read the same way; releases: the versions that images exist of
    [tools.NAME]     the same for a tool that is installed: {NAME} in commands
    [build]          base; workdir; packages: Debian packages; env; setup: commands before the manifests, or steps;
                     tool_copy: [image, from, to]; user: as which the build runs; manifests: globs of files that
                     the installation reads, lock files among them
      caches         {target, options}: folders to put on a cache mount while installing and building
      install        installs everything; install_production: only what running needs, when nothing is built after it
      build          makes the program; prune: takes away what only the build needed (prune_variants: chosen)
      artefacts      [path in the build stage, path in the image]
      Steps are lists of {when, when_text, run}: the first whose `when` files all exist, and whose
      `when_text` [glob, regex] matches, gives the commands.
    [run]            workdir; port; env; setup: commands in the runtime stage; start: the default command, in exec form;
                     start_is_entry: as ENTRYPOINT; carries_source: the program's own files are copied into the image;
                     stop_signal; extensions: PHP extensions
    [[runtime]]      a base to run on. aim: "safe" (shell and package manager), "small", "smallest"; base; bytes: typical
                     unpacked size, rounded, only for ordering and estimates; family: whose tools add users and
                     packages ("debian", "alpine", "none"); user: "create", the image's own name, or uid:gid; packages;
                     libc: programs linked with the C library run; versions: only for these; interpreter: where it is
                     if not on PATH; interpreter_is_entry: the image's ENTRYPOINT is the interpreter;
                     certificates: CA certificates must be copied in; env
    [probe]          argv of a health check that works in every runtime above; copy: [image, from, to] brings its program;
                     tcp_argv, tcp_copy: the same where no path is known to answer: is the port open
    [[framework]]    needs: dependencies that mark it, all of them; without: none of these; files: all exist; text: all match;
                     finds: what the language's module looks for in the sources; adds: packages to install when they
                     are not among the dependencies; start, port, health, env, build, artefacts, writable (folders the
                     program writes), builds: its build script must run, web_root: folder of finished pages for a
                     web server, self_contained: no node_modules beside it. The first that fits is taken.
    [[native]]       names: dependencies; build, run: Debian packages they need; libc: it needs the C library;
                     extensions: PHP extensions

Placeholders in bases, commands, paths and arguments: {version}, {port}, {path}, {app} (the program's name), {main}
(its main file), {module}, {object}, {package}, {script}, {project}, {jar}, {gradle_folder}, {gradle_task}, {target}, {app_path}, {root} (workdir
of the image), {moved}, {adds}, {locked}, {frozen}, {ignore}, and the names of [tools].
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "ecosystems"
_JOINED: Final = ("native", "framework")
AIMS: Final = ("safe", "small", "smallest")


@dataclass(frozen=True, slots=True)
class Detect:
    """How a folder is recognised."""

    files: tuple[str, ...]
    without: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    text: dict[str, str] = field(default_factory=dict)
    rank: int = 0
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a version is written: files, a regular expression with one group, or a value in its place."""

    files: str
    pattern: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class VersionSource:
    """Where the version of a language or tool comes from."""

    name: str
    default: str
    readers: tuple[Reader, ...] = ()
    at_least: tuple[Reader, ...] = ()
    below: tuple[Reader, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Commands, and the files (and text in them) on which they depend."""

    run: tuple[str, ...]
    when: tuple[str, ...] = ()
    when_text: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder for a cache mount; options beside type and target."""

    target: str
    options: dict[str, str] = field(default_factory=dict)

    @property
    def flag(self) -> str:
        """Return the RUN flag."""
        rest = "".join(f",{name}={value}" for name, value in self.options.items())
        return f"--mount=type=cache,target={self.target}{rest}"


@dataclass(frozen=True, slots=True)
class Build:
    """How the build stage is made."""

    base: str = ""
    workdir: str = "/app"
    packages: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    setup: tuple[Step, ...] = ()
    tool_copy: tuple[str, str, str] | None = None
    user: str = ""
    manifests: tuple[str, ...] = ()
    caches: tuple[Cache, ...] = ()
    install: tuple[Step, ...] = ()
    install_production: tuple[Step, ...] = ()
    build: tuple[Step, ...] = ()
    prune: tuple[Step, ...] = ()
    artefacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """How the program is started."""

    workdir: str = "/app"
    port: int | None = None
    env: dict[str, str] = field(default_factory=dict)
    setup: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    start_is_entry: bool = False
    carries_source: bool = False
    stop_signal: str = ""
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Runtime:
    """A base image to run on. bytes: typical unpacked size, rounded: an estimate."""

    aim: str
    base: str
    bytes: int
    family: str
    user: str
    packages: tuple[str, ...] = ()
    libc: bool = False
    versions: tuple[str, ...] = ()
    interpreter: str = ""
    interpreter_is_entry: bool = False
    certificates: bool = False
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HealthProbe:
    """A command that asks the program whether it is well; copy: [image, from, to] of its program; tcp_*: only the port."""

    argv: tuple[str, ...]
    copy: tuple[str, str, str] | None = None
    tcp_argv: tuple[str, ...] = ()
    tcp_copy: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: what marks it, and what it changes. port None: the ecosystem's."""

    name: str
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    text: dict[str, str] = field(default_factory=dict)
    finds: str = ""
    adds: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    port: int | None = None
    health: str = ""
    env: dict[str, str] = field(default_factory=dict)
    build: tuple[str, ...] = ()
    artefacts: tuple[tuple[str, str], ...] = ()
    writable: tuple[str, ...] = ()
    builds: bool = False
    web_root: str = ""
    self_contained: bool = False


@dataclass(frozen=True, slots=True)
class Native:
    """Debian packages that dependencies of these names need, for building and for running."""

    names: tuple[str, ...]
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    libc: bool = False
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One kind of project. runtimes: smallest first."""

    name: str
    title: str
    language: str
    sources: tuple[str, ...]
    source: tuple[str, ...]
    detect: Detect
    version: VersionSource
    tools: dict[str, VersionSource]
    build: Build
    run: Run
    runtimes: tuple[Runtime, ...]
    probe: HealthProbe
    frameworks: tuple[Framework, ...]
    natives: tuple[Native, ...]


@functools.cache
def ecosystems() -> dict[str, Ecosystem]:
    """Return every ecosystem by its name, the highest rank first. Raises KeyError or TypeError on a broken file."""
    raw = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
    found = [_ecosystem(_whole(name, raw)) for name, data in raw.items() if not data.get("abstract")]
    return {one.name: one for one in sorted(found, key=lambda one: (-one.detect.rank, one.name))}


def _whole(name: str, raw: dict[str, dict[str, Any]]) -> dict[str, Any]:
    data = raw[name]
    if "extends" not in data:
        return data
    base = _whole(data["extends"], raw)
    merged = _merged({key: value for key, value in base.items() if key != "abstract"}, data)
    merged["source"] = [*base.get("source", []), *data.get("source", [])]
    for key in _JOINED:
        merged[key] = [*data.get(key, []), *base.get(key, [])]
    return merged


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        # Variables are a whole: a tool that states its own wants no others.
        tables = isinstance(value, dict) and isinstance(base.get(key), dict) and key != "env"
        merged[key] = _merged(base[key], value) if tables else value
    return merged


def _ecosystem(data: dict[str, Any]) -> Ecosystem:
    runtimes = [Runtime(**_tuples(one)) for one in data.get("runtime", [])]
    return Ecosystem(
        name=data["name"],
        title=data["title"],
        language=data["language"],
        sources=tuple(data["sources"]),
        source=tuple(data["source"]),
        detect=Detect(**_tuples(data["detect"])),
        version=_version(data["version"]),
        tools={name: _version({"name": name, **tool}) for name, tool in data.get("tools", {}).items()},
        build=_build(data.get("build", {})),
        run=Run(**_tuples(data["run"])),
        runtimes=tuple(sorted(runtimes, key=lambda one: one.bytes)),
        probe=HealthProbe(**_tuples(data["probe"])),
        frameworks=tuple(Framework(**_tuples(one)) for one in data.get("framework", [])),
        natives=tuple(Native(**_tuples(one)) for one in data.get("native", [])),
    )


def _version(data: dict[str, Any]) -> VersionSource:
    readers = {key: tuple(Reader(*row) for row in data.get(key, [])) for key in ("readers", "at_least", "below")}
    return VersionSource(data["name"], data["default"], **readers, releases=tuple(data.get("releases", [])))


def _build(data: dict[str, Any]) -> Build:
    plain = dict(data)
    variants = plain.pop("prune_variants", None)
    if variants is None and "prune" in plain:
        variants = [{"run": plain["prune"]}]
    plain["prune"] = variants or []
    if any(isinstance(one, str) for one in plain.get("setup", [])):
        plain["setup"] = [{"run": plain["setup"]}]
    for key in ("setup", "install", "install_production", "build", "prune"):
        plain[key] = tuple(Step(**_tuples(step)) for step in plain.get(key, []))
    plain["caches"] = tuple(Cache(**cache) for cache in plain.get("caches", []))
    return Build(**_tuples(plain))


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: _frozen(value) for key, value in data.items()}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
