"""What a built image's program needs, derived from its files alone: a superset, never a trace.

Seeds are what the image starts, what its entry scripts name, and the project's own files. From them:
interpreters, shared libraries (DT_NEEDED, and names that a library or program may load later), the Debian
packages that own those, and what these packages say they depend on.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jettison.knowledge.runtime_files import (
    ALWAYS,
    APART,
    FILES_WITH,
    INSTALLATION,
    INSTALLED_BELOW,
    NOT_BY_OPENING,
    OPTIONAL_LIBRARIES,
    PARTS,
    SHARED_FOLDERS,
    TOOL_NAMES,
    companions,
    dropped,
    is_unread,
)
from jettison.needs.debian import DebianPackages
from jettison.needs.libraries import other_libraries
from jettison.needs.own import not_needed, of_services, unowned
from jettison.needs.plugins import listing, unloaded
from jettison.needs.started import Started, chain
from jettison.proof.closure import Libraries
from jettison.syntax.shell_command import SHELLS

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.hints import Hints


@dataclass(frozen=True, slots=True)
class Needs:
    """What to keep. Paths have no leading slash.

    packages: kept as a whole; apart: package -> files, where only some are used; base_files: files of the base
    that no package owns; own: files that the project's layers wrote; unneeded: path -> why it goes;
    above_base: packages that the project installed; foreign: packages come from another repository;
    why: package -> what asks for it; stranded: scripts of kept packages whose interpreter is not kept; parts: expressions
    of paths, with leading slash, of kept packages that nothing here reads; size: bytes of all that is kept.
    """

    packages: tuple[str, ...]
    apart: dict[str, tuple[str, ...]]
    base_files: tuple[str, ...]
    own: tuple[str, ...]
    unneeded: dict[str, str]
    above_base: frozenset[str]
    foreign: bool
    why: dict[str, str]
    stranded: tuple[str, ...]
    parts: tuple[str, ...]
    size: int
    shell: bool
    debian: DebianPackages


@dataclass(frozen=True, slots=True)
class Asked:
    """What a Dockerfile says of the image. start: the command that starts it, where it is another than the image's.

    base_layers: how many layers are the base; commands: more that the image must be able to run;
    packages: what the project installs for its program; opened: files that the original opened when it was
    watched: they are added to what is found, never the only reason to leave something out; replaced: programs
    that a copy made in the build stands in for: only what they load is kept.
    """

    base_layers: int
    start: tuple[str, ...] | None = None
    commands: tuple[tuple[str, ...], ...] = ()
    packages: tuple[str, ...] = ()
    opened: frozenset[str] = frozenset()
    replaced: tuple[str, ...] = ()

    @property
    def homes(self) -> tuple[str, ...]:
        """Return the installations that a copy replaces."""
        return tuple(
            sorted(
                {
                    path.split("/lib/")[0] if path.startswith("opt/") else "/".join(path.split("/")[:4])
                    for path in self.replaced
                }
            )
        )


def find_needs(image: Image, asked: Asked, hints: Hints) -> Needs | None:
    """Return the needs of an image, or None where it has no dpkg database to go by."""
    debian = DebianPackages(image)
    if not debian.files or not debian.depends:
        return None
    return _Search(image, asked, hints, debian).find()


class _Search:
    def __init__(self, image: Image, asked: Asked, hints: Hints, debian: DebianPackages) -> None:
        self.image = image
        self.asked = asked
        base_layers = self.base_layers = asked.base_layers
        self.hints = hints
        self.debian = debian
        self.libraries = Libraries(image)
        above, self.base = unowned(image, debian, base_layers)
        # What update-alternatives made counts only where something that is kept leads over it.
        self.alternatives = {path for path in above if image.files[path].link.startswith("/etc/alternatives/")}
        self.alternatives |= {path for path in above if path.startswith("etc/alternatives/")}
        self.above = above - self.alternatives
        self.why: dict[str, str] = {}
        self.whole: set[str] = set()
        self.apart: dict[str, set[str]] = defaultdict(set)
        self.base_files: set[str] = set()
        self.seen: set[str] = set()
        self.linked = debian.linked(image.elves.keys(), frozenset(self.libraries.folders))
        # Packages that only some file of asks for: of these, only the libraries that are needed are followed.
        self.partial: set[str] = set()
        self.unloaded: frozenset[str] = frozenset()

    def find(self) -> Needs:
        started = self._started()
        self.unloaded = unloaded(self.image, self.debian, started.names, self.hints.paths)
        interpreters = {posixpath.basename(path) for path in started.paths} | started.names
        locales = "libc-l10n" in self.hints.packages
        tools = frozenset(TOOL_NAMES & started.names)
        unneeded = not_needed(self.above, started.paths.keys(), interpreters, self.hints.paths, locales)
        if "python3-setuptools" in self.hints.packages:
            unneeded = {path: why for path, why in unneeded.items() if not dropped("setuptools").match(path)}
        if tools:
            unneeded = {path: why for path, why in unneeded.items() if "only installs" not in why}
        for path in of_services(self.above, self.image):
            unneeded.pop(path, None)
            if self.image.files[path].layer in self.debian.layer.values():
                # Installing the package makes it again, with its owner.
                self.base_files.add(path)
        self.base_files |= of_services(self.base, self.image)
        own = {path for path in self.above if path not in unneeded} - self.base_files
        for path, why in started.paths.items():
            self._keep(path, why)
        for package in ALWAYS:
            self._package(package, "every image is expected to hold it")
        for package in self.asked.packages:
            if package in self.debian.depends:
                self._package(package, "the Dockerfile installs it")
        for package, why in self.hints.packages.items():
            self._package(package, why)
        for path in sorted(own):
            self._keep(path, f"/{path}")
        own |= self._opened(tools)
        for path in self.asked.replaced:
            self._load_of_copy(path)
        for name in sorted(self.hints.libraries):
            self._library(name, "the program's text names it")
        for name in sorted(self.hints.found):
            self._found_by(name)
        if self.base_layers or self.base:
            self._installed_in_base(started, bool(tools))
        self._loads()
        self._files_of_others()
        self._beside()
        return self._result(own, unneeded, started)

    def _started(self) -> Started:
        image = self.image
        started = Started(image)
        entry, command = image.config.entrypoint, image.config.cmd
        if self.asked.start is not None:
            entry, command = (), self.asked.start
        started.command((*entry, *command), "the start command")
        if entry and command:
            started.command(command, "the start command")
        for argv in self.asked.commands:
            started.command(argv, "asked for")
        if self.hints.programs:
            for word in sorted(self.hints.programs):
                started.program(word, "the program's text may start it")
        if self.hints.shell:
            started.program("sh", "the program's text uses a shell")
        return started

    def _opened(self, tools: frozenset[str]) -> set[str]:
        """Keep what the original was seen to open; return those of the project's own files."""
        argv = (*self.image.config.entrypoint, *self.image.config.cmd)
        # Where a package manager started the program, what it opened itself cannot be told apart.
        managed = not tools and bool(TOOL_NAMES & {posixpath.basename(word) for text in argv for word in text.split()})
        own = set()
        # A package of which a copy is made has configuration outside its home too.
        copied = {self.debian.owner.get(path) for path in self.asked.replaced} - {None}
        for path in sorted(self.asked.opened):
            inside = any(path.startswith(f"{home}/") for home in self.asked.homes)
            inside = inside or self.debian.owner.get(path) in copied
            if inside or path not in self.image.files or path.startswith(("tmp/", "proc/", "dev/", "sys/", "run/")):
                continue
            owner = self.debian.owner.get(path)
            if path in self.above:
                # A manager reads its cache, which another build need not have.
                if managed and dropped("of_program").match(path):
                    continue
                own.add(path)
            elif (
                dropped("unasked").match(path)
                or owner in APART
                or (managed and owner not in self.whole)
                or (owner is not None and owner not in self.whole and NOT_BY_OPENING.fullmatch(owner))
            ):
                continue
            self._keep(path, "the original opened it")
        return own

    def _keep(self, path: str, why: str) -> None:
        """Keep one file with what it takes to load it."""
        if path in self.seen:
            return
        self.seen.add(path)
        owner = self.debian.owner.get(path)
        if owner is not None and path not in self.above:
            if owner in APART:
                self.apart[owner].add(path)
                self.why.setdefault(owner, why)
            elif owner in self.linked.libraries and owner not in self.whole:
                self.partial.add(owner)
                self._enter(owner, why)
            elif owner not in self.partial:
                self._package(owner, why)
        elif (path in self.base or path in self.alternatives) and not is_unread(path):
            self.base_files.add(path)
        self._load(path, why)

    def _load(self, path: str, why: str) -> None:
        line = self.image.interpreters.get(path)
        if line:
            words = line.split()
            started = Started(self.image)
            for word in words[:2] if posixpath.basename(words[0]) == "env" else words[:1]:
                started.program(word, f"/{path}")
            for step, reason in started.paths.items():
                self._keep(step, reason)
        elf = self.image.elves.get(path)
        if elf is None:
            return
        for step in chain(self.image, elf.interpreter) if elf.interpreter else ():
            self._keep(step, f"/{path}")
        for name in elf.needed:
            found = self.libraries.locate(path, elf, name)
            if found is not None:
                self._keep(found, f"/{path} needs {name}")
                for step in chain(self.image, posixpath.join(posixpath.dirname(found), name)):
                    self._keep(step, f"/{path} needs {name}")

    def _load_of_copy(self, path: str) -> None:
        elf = self.image.elves.get(path)
        home = {posixpath.dirname(other) for other in self.asked.replaced}
        for name in elf.needed if elf is not None else ():
            found = self.libraries.locate(path, elf, name) if elf is not None else None
            if found is not None and posixpath.dirname(found) not in home:
                self._keep(found, f"a copy of /{path} needs {name}")
                for step in chain(self.image, posixpath.join(posixpath.dirname(found), name)):
                    self._keep(step, f"a copy of /{path} needs {name}")

    def _library(self, name: str, why: str) -> None:
        for folder in self.libraries.folders:
            if self.image.find(f"{folder}/{name}") is not None:
                for step in chain(self.image, f"{folder}/{name}"):
                    self._keep(step, why)
                return

    def _found_by(self, name: str) -> None:
        """Keep what a look-up of the bare name finds: every version that lies in a folder of the loader."""
        versions = re.compile(rf"lib{re.escape(name)}\.so(\.\d+)*\Z")
        files = sorted(
            {
                file
                for folder, file in map(posixpath.split, self.image.files)
                if folder in self.libraries.folders and versions.match(file)
            }
        )
        # The loader's list has a library with its version before the bare name that only linking a program needs.
        versioned = [file for file in files if not file.endswith(".so")]
        for file in versioned or files:
            self._library(file, f"the program looks {name} up")
        if files and not versioned:
            self._by_linker(name)

    def _by_linker(self, name: str) -> None:
        """Keep the linkers: the loader's list has the library by its own name alone."""
        started = Started(self.image)
        for program in sorted(self.hints.linkers):
            started.program(program, f"the program looks {name} up")
        for path, why in started.paths.items():
            self._keep(path, why)

    def _package(self, name: str, why: str) -> None:
        """Keep a package as a whole, with what it depends on."""
        if name in self.partial:
            self.partial.discard(name)
            self._files(name)
        elif name not in self.whole:
            self._enter(name, why)

    def _enter(self, name: str, why: str) -> None:
        wanted = self.debian.closure((name,), INSTALLATION, self.linked)
        more = {other for package in wanted for other in companions(package)}
        for package in sorted(wanted | self.debian.closure(more, INSTALLATION, self.linked)):
            if package in self.partial and package != name:
                self._package(package, why)
            if package in self.whole or self._has_only_unloaded(package):
                continue
            self.whole.add(package)
            self.why.setdefault(package, why if package == name else f"{name} depends on it")
            if package not in self.partial:
                self._files(package)

    def _files(self, package: str) -> None:
        for path in self.debian.files.get(package, ()):
            if path in self.image.elves and path not in self.seen and path not in self.unloaded:
                self.seen.add(path)
                self._load(path, f"{package}: /{path}")

    def _has_only_unloaded(self, package: str) -> bool:
        read = [path for path in self.debian.files.get(package, ()) if not path.startswith("usr/share/doc/")]
        return bool(read) and self.unloaded.issuperset(read)

    def _loads(self) -> None:
        """Follow names of libraries that kept programs hold as text: what they may load by dlopen."""
        waiting = list(self.seen)
        while waiting:
            before = set(self.seen)
            for path in waiting:
                elf = self.image.elves.get(path)
                for name in elf.loads if elf is not None else ():
                    if name in OPTIONAL_LIBRARIES:
                        continue
                    self._library(name, f"/{path} may load {name}")
            waiting = list(self.seen - before)

    def _installed_in_base(self, started: Started, tools: bool) -> None:
        """Keep languages that the base image installed without packages, where what is started lies in them."""
        waste, tool = dropped("of_program"), dropped("tools")
        lower = {path for path in self.base if path.startswith(INSTALLED_BELOW)}
        tops = {_install_top(path) for path in self.seen if path in lower}
        for path in sorted(lower):
            if _install_top(path) in tops and not waste.match(path) and (tools or not tool.match(path)):
                self._keep(path, f"part of /{_install_top(path)}")

    def _files_of_others(self) -> None:
        for facts in FILES_WITH:
            if facts["package"] in self.whole:
                for path in facts["files"]:
                    if self.debian.owner.get(path) == facts["of"]:
                        self.apart[facts["of"]].add(path)
                        self.why.setdefault(facts["of"], f"{facts['package']} opens its files")

    def _beside(self) -> None:
        """Keep unowned files of the base in folders that only kept packages own: what installing them made."""
        folders = {
            folder
            for folder, owners in self.debian.folders.items()
            if folder not in SHARED_FOLDERS and owners & self.whole
        }
        waste = dropped("of_program")
        for path in self.base:
            if posixpath.dirname(path) in folders and not waste.match(path):
                self.base_files.add(path)

    def _result(self, own: set[str], unneeded: dict[str, str], started: Started) -> Needs:
        kept = {path for package in self.whole for path in self.debian.files.get(package, ()) if not is_unread(path)}
        parts = (*self._parts(), *other_libraries(self.image, self.debian, self.partial, self.seen))
        plugins = listing([path for path in self.unloaded if self.debian.owner[path] in self.whole], kept)
        parts = (*parts, *plugins.parts)
        self.base_files |= plugins.stay
        kept = {path for path in kept if not any(re.search(part, f"/{path}") for part in parts)}
        for paths in self.apart.values():
            kept |= paths
        kept |= self.base_files | own
        stranded = tuple(sorted(path for path in kept - own if not self._can_start(path, kept)))
        above = {name for name in self.whole | set(self.apart) if self.debian.layer.get(name, 0) >= self.base_layers}
        apart = {name: tuple(sorted(paths)) for name, paths in sorted(self.apart.items()) if name not in self.whole}
        return Needs(
            tuple(sorted(self.whole)),
            apart,
            tuple(sorted(self.base_files)),
            tuple(sorted(own)),
            unneeded,
            frozenset(above) if self.base_layers else frozenset(),
            any(path.startswith(("etc/apt/sources.list", "etc/apt/keyrings/")) for path in self.above),
            self.why,
            stranded,
            parts,
            sum(self.image.files[path].size for path in kept if path in self.image.files),
            bool(SHELLS & {posixpath.basename(path) for path in self.seen}),
            self.debian,
        )

    def _parts(self) -> tuple[str, ...]:
        """Return expressions of what kept packages hold for callers of a function that nothing kept calls."""
        if self.hints.packages.keys() & {"libc-l10n"}:
            return ()
        found = []
        for part in PARTS:
            callers = (
                path
                for path in self.seen
                if (elf := self.image.elves.get(path)) is not None
                and set(elf.calls) & set(part["calls"])
                and self.debian.owner.get(path) not in part["of"]
            )
            if next(callers, None) is None:
                found.append(str(part["files"]))
        return tuple(found)

    def _can_start(self, path: str, kept: set[str]) -> bool:
        line = self.image.interpreters.get(path)
        if line is None:
            return True
        words = line.split()
        started = Started(self.image)
        for word in words[:2] if posixpath.basename(words[0]) == "env" else words[:1]:
            if not started.program(word, ""):
                return True
        # Links of the root folder itself (bin, lib) are always there.
        return all(step in kept or "/" not in step for step in started.paths)


def _install_top(path: str) -> str:
    """Return the folder of one installation: opt/NAME, or usr/local as a whole."""
    parts = path.split("/")
    return "/".join(parts[:2])
