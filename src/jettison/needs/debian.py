"""The Debian packages of an image: who owns a file, who depends on whom.

Source: deb-control(5) on relationships; dpkg's status file and file lists.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.inventory.text import paragraphs
from jettison.knowledge.runtime_files import LOADS_UNNAMED, NOT_BY_DEPENDENCY, installing

if TYPE_CHECKING:
    from jettison.image.image import Image

STATUS: Final = "var/lib/dpkg/status"
LISTS: Final = "var/lib/dpkg/info/"
_DOCUMENTATION: Final = ("usr/share/doc/", "usr/share/lintian/")
_NAME: Final = re.compile(r"\s*([a-z0-9][a-z0-9+.-]+)")


class Linked(NamedTuple):
    """programs: packages with ELF files, whose libraries these name; libraries: packages of nothing but libraries."""

    programs: frozenset[str]
    libraries: frozenset[str]


NOT_LINKED: Final = Linked(frozenset(), frozenset())


class DebianPackages:
    """dpkg's database of one image; without one it is empty."""

    def __init__(self, image: Image) -> None:
        self.depends: dict[str, list[list[str]]] = {}
        self._provided: dict[str, list[str]] = defaultdict(list)
        for fields in paragraphs(image.texts.get(STATUS, b"").decode("utf-8", "replace")):
            self._learn(fields)
        self.files: dict[str, tuple[str, ...]] = {}
        self.owner: dict[str, str] = {}
        self.folders: dict[str, set[str]] = defaultdict(set)
        self.layer: dict[str, int] = {}
        for name, text in image.texts.items():
            if name.startswith(LISTS) and name.endswith(".list"):
                self._own(image, name, text)

    def _learn(self, fields: dict[str, str]) -> None:
        name = fields.get("package", "").strip()
        if not name or not fields.get("status", "").endswith("installed"):
            return
        joined = ",".join((fields.get("pre-depends", ""), fields.get("depends", "")))
        groups = [_names(group.split("|")) for group in joined.split(",") if group.strip()]
        self.depends[name] = groups
        for provided in _names(fields.get("provides", "").split(",")):
            self._provided[provided].append(name)

    def _own(self, image: Image, listing: str, text: bytes) -> None:
        package = listing.removeprefix(LISTS).removesuffix(".list").split(":", 1)[0]
        self.layer[package] = image.files[listing].layer if listing in image.files else 0
        paths = []
        for line in text.decode("utf-8", "surrogateescape").splitlines():
            path = line.lstrip("/")
            if path in ("", "."):
                continue
            head, _, rest = path.partition("/")
            entry = image.files.get(head)
            # /lib is a link to usr/lib where the two are merged: the real path is the one that files have.
            if entry is not None and entry.kind == "link":
                if not rest:
                    continue
                path = f"{entry.link.strip('/')}/{rest}"
            found = image.files.get(path)
            if found is None:
                continue
            if found.kind == "dir":
                self.folders[path].add(package)
                continue
            paths.append(path)
            self.owner[path] = package
        self.files[package] = tuple(paths)

    def closure(self, names: Iterable[str], without: frozenset[str], linked: Linked = NOT_LINKED) -> set[str]:
        """Return the packages with all that they depend on.

        without: not entered by a dependency; linked: packages whose dependencies on libraries their programs show.
        """
        waiting = [name for name in names if name in self.depends]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            shown = linked.libraries if name in linked.programs else frozenset()
            only_installing = installing(name)
            for group in self.depends[name]:
                installed = self._installed(group)
                if installed is None or installed in without or installed.endswith(NOT_BY_DEPENDENCY):
                    continue
                if installed not in found and installed not in shown and installed not in only_installing:
                    waiting.append(installed)
        return found

    def linked(self, elves: Collection[str], folders: Collection[str]) -> Linked:
        """Return which packages hold ELF files, and which hold only libraries that the loader finds by name."""
        programs, libraries = set(), set()
        for name, paths in self.files.items():
            read = [path for path in paths if not path.startswith(_DOCUMENTATION)]
            if not any(path in elves for path in read):
                continue
            if not LOADS_UNNAMED.fullmatch(name):
                programs.add(name)
            parts = (path.rpartition("/") for path in read)
            if all(folder in folders and file.startswith("lib") and ".so" in file for folder, _, file in parts):
                libraries.add(name)
        return Linked(frozenset(programs), frozenset(libraries))

    def _installed(self, group: list[str]) -> str | None:
        for name in group:
            if name in self.depends:
                return name
        for name in group:
            if self._provided.get(name):
                return self._provided[name][0]
        return None

    def roots(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the packages that no other of them depends on: what one would install by hand."""
        wanted = set(names)
        below: set[str] = set()
        for name in wanted:
            for group in self.depends.get(name, ()):
                installed = self._installed(group)
                if installed in wanted and installed != name:
                    below.add(str(installed))
        return tuple(sorted(wanted - below)) or tuple(sorted(wanted))


def _names(parts: Iterable[str]) -> list[str]:
    matches = (_NAME.match(part) for part in parts)
    return [match[1] for match in matches if match]
