"""What is kept of an image: files with what it takes to load them, and packages with what they depend on."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from jettison.knowledge.runtime_files import APART, INSTALLATION, OPTIONAL_LIBRARIES, companions, is_unread
from jettison.needs.own import unowned
from jettison.needs.started import Started, chain
from jettison.proof.closure import Libraries

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.asked import Asked
    from jettison.needs.debian import DebianPackages
    from jettison.needs.hints import Hints


class Kept:
    """What is kept so far, and why; each call adds to it.

    whole: packages; apart: package -> files, where only some are used; partial: packages of `whole` of which only the
    libraries that are needed are; base_files: files of the base that no package owns; seen: files that were followed.
    """

    def __init__(self, image: Image, asked: Asked, hints: Hints, debian: DebianPackages) -> None:
        self.image = image
        self.asked = asked
        self.hints = hints
        self.debian = debian
        self.libraries = Libraries(image)
        above, self.base = unowned(image, debian, asked.base_layers)
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
        self.partial: set[str] = set()
        self.unloaded: frozenset[str] = frozenset()

    def keep(self, path: str, why: str) -> None:
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
                self.package(owner, why)
        elif (path in self.base or path in self.alternatives) and not is_unread(path):
            self.base_files.add(path)
        self._load(path)

    def _load(self, path: str) -> None:
        """Keep what starts a file, and the libraries that it names."""
        line = self.image.interpreters.get(path)
        if line:
            words = line.split()
            started = Started(self.image)
            for word in words[:2] if posixpath.basename(words[0]) == "env" else words[:1]:
                started.program(word, f"/{path}")
            for step, reason in started.paths.items():
                self.keep(step, reason)
        elf = self.image.elves.get(path)
        if elf is None:
            return
        for step in chain(self.image, elf.interpreter) if elf.interpreter else ():
            self.keep(step, f"/{path}")
        self._needed(path, f"/{path}", frozenset())

    def load_of_copy(self, path: str) -> None:
        """Keep what a copy of a file loads that lies beside none of the copied ones."""
        self._needed(path, f"a copy of /{path}", frozenset(posixpath.dirname(other) for other in self.asked.replaced))

    def _needed(self, path: str, what: str, without: frozenset[str]) -> None:
        """Keep the libraries that an ELF file names, but for those in the folders of `without`."""
        elf = self.image.elves.get(path)
        if elf is None:
            return
        for name in elf.needed:
            found = self.libraries.locate(path, elf, name)
            if found is not None and posixpath.dirname(found) not in without:
                self.keep(found, f"{what} needs {name}")
                for step in chain(self.image, posixpath.join(posixpath.dirname(found), name)):
                    self.keep(step, f"{what} needs {name}")

    def library(self, name: str, why: str) -> None:
        """Keep the library of a name in the first folder of the loader that has it."""
        for folder in self.libraries.folders:
            if self.image.find(f"{folder}/{name}") is not None:
                for step in chain(self.image, f"{folder}/{name}"):
                    self.keep(step, why)
                return

    def found_by(self, name: str) -> None:
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
            self.library(file, f"the program looks {name} up")
        if files and not versioned:
            self._by_linker(name)

    def _by_linker(self, name: str) -> None:
        """Keep the linkers: the loader's list has the library by its own name alone."""
        started = Started(self.image)
        for program in sorted(self.hints.linkers):
            started.program(program, f"the program looks {name} up")
        for path, why in started.paths.items():
            self.keep(path, why)

    def package(self, name: str, why: str) -> None:
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
                self.package(package, why)
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
                self._load(path)

    def _has_only_unloaded(self, package: str) -> bool:
        read = [path for path in self.debian.files.get(package, ()) if not path.startswith("usr/share/doc/")]
        return bool(read) and self.unloaded.issuperset(read)

    def loads(self) -> None:
        """Follow names of libraries that kept programs hold as text: what they may load by dlopen."""
        waiting = list(self.seen)
        while waiting:
            before = set(self.seen)
            for path in waiting:
                elf = self.image.elves.get(path)
                for name in elf.loads if elf is not None else ():
                    if name in OPTIONAL_LIBRARIES:
                        continue
                    self.library(name, f"/{path} may load {name}")
            waiting = list(self.seen - before)
