"""Plugins of kept packages that no configuration loads.

Source: Apache, "LoadModule" and "Include"; Debian, /usr/share/doc/apache2/README.Debian (enabled and available).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.knowledge.runtime_files import PLUGINS, matcher

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.debian import DebianPackages

_HOME: Final = "etc/apache2/"
_TRIPLET: Final = re.compile(r"(?<=lib/)[a-z0-9_]+-linux-[a-z0-9]+")


def unloaded(image: Image, debian: DebianPackages, started: Collection[str], named: Collection[str]) -> frozenset[str]:
    """Return the plugin files that nothing loads. started: names of programs; named: paths that the project's texts say."""
    found: set[str] = set()
    said = ""
    for facts in PLUGINS:
        files = [path for package in facts["of"] for path in debian.files.get(package, ())]
        if not files or not set(facts["unless"]).isdisjoint(started):
            continue
        said = said or "\n".join((*_in_effect(image), *named))
        pattern = matcher(tuple(facts["files"]))
        found |= {
            path
            for path in files
            if pattern.match(path) and not any(word in said for word in facts["words"] or [posixpath.basename(path)])
        }
    return frozenset(found)


def _in_effect(image: Image) -> list[str]:
    """Return the lines of Apache's configuration that are no comment, without what is only available."""
    paths = {path for path in image.texts if path.startswith(_HOME) and "-available/" not in path}
    for path, entry in image.files.items():
        if entry.kind == "link" and path.startswith(_HOME) and "-available/" not in path:
            paths.add(image.resolve(path) or "")
    lines = (
        line.strip() for path in paths for line in image.texts.get(path, b"").decode("utf-8", "replace").split("\n")
    )
    return [line for line in lines if not line.startswith("#")]


class Listing(NamedTuple):
    """How files of packages are left out: expressions of what goes, with leading slash, and files that stay all the same."""

    parts: tuple[str, ...]
    stay: frozenset[str]


def listing(without: Collection[str], files: Collection[str]) -> Listing:
    """Return how to name what goes. without: what goes; files: what the kept packages hold.

    What is shorter is listed; where a folder's name holds the processor's, what goes, for the other processor's has it too.
    """
    parts: list[str] = []
    stay: set[str] = set()
    for folder in sorted({posixpath.dirname(path) for path in without}):
        beside = {path for path in files if posixpath.dirname(path) == folder and path not in without}
        gone = sorted(posixpath.basename(path) for path in without if posixpath.dirname(path) == folder)
        if _TRIPLET.search(folder) or len(gone) <= len(beside):
            parts.append(f"^/{expression(folder)}/({'|'.join(expression(name) for name in gone)})$")
        else:
            parts.append(f"^/{expression(folder)}/")
            stay |= {path for path in files if path.startswith(f"{folder}/") and path not in without}
    return Listing(tuple(parts), frozenset(stay))


def expression(path: str) -> str:
    """Return an extended regular expression, as grep -E reads it, of a path whatever the processor."""
    return _TRIPLET.sub("[^/]+", re.sub(r"([.+])", r"[\1]", path))
