"""Files of the sources that a compiled program opens when it runs: templates, pages, migrations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jettison.project.tree import is_aside

if TYPE_CHECKING:
    from jettison.project.tree import Tree

_TEXT: Final = re.compile(r'"(\.{0,2}/?[\w][\w./*-]{1,200})"')
_MAX_FOUND: Final = 50
# Text files that say how to build, not what to serve.
_BUILD_ENDINGS: Final = (".go", ".rs", ".c", ".h", ".cc", ".cpp", ".hpp", ".mod", ".sum", ".lock", ".toml", ".md")


def data_files(tree: Tree, sources: tuple[str, ...], embedded: str) -> tuple[str, ...]:
    """Return the top folders (or files) that string literals of the sources name and that exist.

    `embedded`: a pattern whose group lists what the compiler puts into the program itself.
    """
    inside: set[str] = set()
    named: set[str] = set()
    for path in sources:
        text = tree.text(path)
        if embedded:
            folder = path.rpartition("/")[0]
            for match in re.finditer(embedded, text, re.MULTILINE):
                inside.update(
                    f"{folder}/{one}".strip("/").split("/")[0] for one in match[1].replace("all:", "").split()
                )
        named.update(match[1] for match in _TEXT.finditer(text))
    found = set()
    for name in sorted(named):
        path = name.removeprefix("./").strip("/").split("*")[0].rstrip("/")
        top = path.split("/")[0]
        if not top or top in inside or top.startswith("..") or is_aside(f"{top}/x"):
            continue
        if path in tree.files and not path.endswith(_BUILD_ENDINGS):
            found.add(top if "/" in path and not _holds_sources(tree, top, sources) else path)
        elif tree.has_folder(path) and not _holds_sources(tree, path, sources):
            found.add(path if _holds_sources(tree, top, sources) else top)
    return tuple(sorted(found))[:_MAX_FOUND]


def _holds_sources(tree: Tree, folder: str, sources: tuple[str, ...]) -> bool:
    return any(path.startswith(f"{folder}/") for path in sources)
