"""Which version of a language or tool a project asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jettison.knowledge.ecosystem import Reader, VersionSource
    from jettison.project.tree import Tree


class Version(NamedTuple):
    """A version, and the file that names it ("" for the default)."""

    text: str
    origin: str


def read_version(tree: Tree, source: VersionSource) -> Version:
    """Return the version that the project states, else the default moved into the bounds that it states."""
    found = _first(tree, source.readers)
    if found is None:
        found = _bounded(tree, source)
    if source.releases and found.text not in source.releases:
        later = [release for release in source.releases if _key(release) >= _key(found.text)]
        found = Version(later[0] if later else source.releases[-1], found.origin)
    return found


def _first(tree: Tree, readers: tuple[Reader, ...]) -> Version | None:
    for reader in readers:
        for path in tree.matching(reader.files):
            match = re.search(reader.pattern, tree.text(path), re.MULTILINE)
            if match:
                return Version(reader.value or match[1], path)
    return None


def _bounded(tree: Tree, source: VersionSource) -> Version:
    least, below = _first(tree, source.at_least), _first(tree, source.below)
    if below is not None and _key(source.default) >= _key(below.text):
        *head, last = below.text.split(".")
        return Version(".".join((*head, str(max(int(last) - 1, 0)))), below.origin)
    if least is not None and _key(source.default) < _key(least.text):
        return least
    return Version(source.default, "")


def _key(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))
