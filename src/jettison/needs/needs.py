"""What a built image's program needs, derived from its files alone: a superset, never a trace.

Seeds are what the image starts, what its entry scripts name, and the project's own files. From them:
interpreters, shared libraries (DT_NEEDED, and names that a library or program may load later), the Debian
packages that own those, and what these packages say they depend on.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jettison.knowledge.runtime_files import (
    ALWAYS,
    APART,
    EXTENSION,
    EXTENSION_ENABLED,
    FILES_WITH,
    INSTALLED_BELOW,
    LOADER_LIST,
    MADE_FOR,
    NOT_BY_OPENING,
    PARTS,
    SHARED_FOLDERS,
    STARTS_OTHERS,
    TOOL_NAMES,
    dropped,
    is_unread,
    matcher,
)
from jettison.needs.debian import DebianPackages
from jettison.needs.kept import Kept
from jettison.needs.libraries import other_libraries
from jettison.needs.own import not_needed, of_devices, of_services
from jettison.needs.plugins import listing, unloaded
from jettison.needs.started import Started
from jettison.syntax.shell_command import SHELLS

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.asked import Asked
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


def find_needs(image: Image, asked: Asked, hints: Hints) -> Needs | None:
    """Return the needs of an image, or None where it has no dpkg database to go by."""
    debian = DebianPackages(image)
    if not debian.files or not debian.depends:
        return None
    return _Search(image, asked, hints, debian).find()


class _Search(Kept):
    def find(self) -> Needs:
        started = self._started()
        self.unloaded = unloaded(self.image, self.debian, started.names, self.hints.paths)
        interpreters = {posixpath.basename(path) for path in started.paths} | started.names
        locales = "libc-l10n" in self.hints.packages
        tools = frozenset(TOOL_NAMES & started.names)
        copied = {path for path in self.above if self.image.files[path].layer in self.asked.copied}
        unneeded = not_needed(self.above, started.paths.keys(), interpreters, self.hints.paths, locales, copied)
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
        for path in of_devices(self.above, self.image):
            unneeded.pop(path, None)
        self.base_files |= of_devices(self.base, self.image)
        own = {path for path in self.above if path not in unneeded} - self.base_files
        for path, why in started.paths.items():
            self.keep(path, why)
        for package in ALWAYS:
            self.package(package, "every image is expected to hold it")
        for package in self.asked.packages:
            if package in self.debian.depends:
                self.package(package, "the Dockerfile installs it")
        for package, why in self.hints.packages.items():
            self.package(package, why)
        for path in sorted(own):
            self.keep(path, f"/{path}")
        own |= self._opened(tools)
        self._extensions(own)
        if self._lists_own_library(own):
            unneeded.pop(LOADER_LIST, None)
            own |= {LOADER_LIST} & set(self.above)
        else:
            own.discard(LOADER_LIST)
        for path in self.asked.replaced:
            self.load_of_copy(path)
        if starts := sorted(STARTS_OTHERS & started.names):
            for package in sorted(APART & self.debian.depends.keys()):
                self.package(package, f"{starts[0]} starts what others write")
        for name in sorted(self.hints.libraries):
            self.library(name, "the program's text names it")
        for name in sorted(self.hints.found):
            self.found_by(name)
        if self.asked.base_layers or self.base:
            self._installed_in_base(started, bool(tools))
        self.loads()
        self._files_of_others()
        own |= self._made_for_packages(unneeded)
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
                if dropped("unasked").match(path) and dropped("tools").match(path):
                    continue
                own.add(path)
            elif (
                dropped("unasked").match(path)
                or owner in APART
                or (managed and owner not in self.whole)
                or (owner is not None and owner not in self.whole and NOT_BY_OPENING.fullmatch(owner))
            ):
                continue
            self.keep(path, "the original opened it")
        return own

    def _lists_own_library(self, own: set[str]) -> bool:
        """Return whether the loader's list names a library that no package brought; of packages it is made anew.

        Folders such as /usr/local/lib are searched by that list alone. Source: ld.so(8).
        """
        folders = set(self.libraries.folders)
        return any(".so" in posixpath.basename(path) and posixpath.dirname(path) in folders for path in own)

    def _extensions(self, own: set[str]) -> None:
        """Keep the extensions that configuration files name by their own names: a missing one is a warning at each start."""
        enabled = {match[1]: path for path in own for match in [EXTENSION_ENABLED.fullmatch(path)] if match}
        for path in sorted(self.image.files) if enabled else ():
            match = EXTENSION.fullmatch(path)
            if match and match[1] in enabled:
                self.keep(path, f"/{enabled[match[1]]} enables it")

    def _installed_in_base(self, started: Started, tools: bool) -> None:
        """Keep languages that the base image installed without packages, where what is started lies in them."""
        waste, tool = dropped("of_program"), dropped("tools")
        lower = {path for path in self.base if path.startswith(INSTALLED_BELOW)}
        tops = {_install_top(path) for path in self.seen if path in lower}
        for path in sorted(lower):
            if _install_top(path) in tops and not waste.match(path) and (tools or not tool.match(path)):
                self.keep(path, f"part of /{_install_top(path)}")

    def _files_of_others(self) -> None:
        for facts in FILES_WITH:
            if facts["package"] in self.whole:
                for path in facts["files"]:
                    if self.debian.owner.get(path) == facts["of"]:
                        self.apart[facts["of"]].add(path)
                        self.why.setdefault(facts["of"], f"{facts['package']} opens its files")

    def _made_for_packages(self, unneeded: dict[str, str]) -> set[str]:
        """Keep unowned files that installing a kept package made; return those of the project's own layers."""
        own = set()
        for facts in MADE_FOR:
            if self.whole.isdisjoint(facts["packages"]):
                continue
            pattern = matcher(tuple(facts["files"]))
            self.base_files |= {path for path in self.base if pattern.match(path)}
            # Not as another installation makes them: a password may have been set since.
            own |= {path for path in self.above - self.base_files if pattern.match(path)}
        for path in own:
            unneeded.pop(path, None)
        return own

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
        above = {
            name for name in self.whole | set(self.apart) if self.debian.layer.get(name, 0) >= self.asked.base_layers
        }
        apart = {name: tuple(sorted(paths)) for name, paths in sorted(self.apart.items()) if name not in self.whole}
        return Needs(
            tuple(sorted(self.whole)),
            apart,
            tuple(sorted(self.base_files)),
            tuple(sorted(own)),
            unneeded,
            frozenset(above) if self.asked.base_layers else frozenset(),
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
