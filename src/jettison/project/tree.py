"""A project's files without what others put there: dependencies, caches, version control."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.model.context import BuildContext

MAX_TEXT: Final = 256 * 1024
MAX_SOURCES: Final = 400
_NOISE: Final = frozenset(
    "node_modules bower_components vendor .venv venv env .tox .nox __pycache__ .git .hg .svn .idea .vscode target .gradle .next .nuxt "
    ".svelte-kit .cache .terraform .mypy_cache .pytest_cache .ruff_cache _build deps .dart_tool obj .mvn".split()
)
_ASIDE: Final = frozenset(
    "test tests testdata spec specs __tests__ e2e example examples sample samples demo demos doc docs fixtures benchmark benchmarks "
    "hack contrib third_party scripts tools .github".split()
)


class Tree:
    """The files below one folder. Paths are relative to it, with slashes; texts are read once and bounded."""

    __slots__ = ("_context", "_texts", "files", "prefix")

    def __init__(self, context: BuildContext, prefix: str = "", files: tuple[str, ...] | None = None) -> None:
        self._context = context
        self._texts: dict[str, str] = {}
        self.prefix = prefix
        own = tuple(file.path for file in context.files() if not _NOISE.intersection(file.path.split("/")[:-1]))
        self.files: tuple[str, ...] = own if files is None else files

    @property
    def root(self) -> str:
        """Return the folder on this machine that holds the whole tree."""
        return self._context.root

    def below(self, folder: str) -> Tree:
        """Return the tree of a folder inside this one."""
        start = f"{folder}/"
        inner = tuple(path.removeprefix(start) for path in self.files if path.startswith(start))
        return Tree(self._context, posixpath.join(self.prefix, folder), inner)

    def has(self, path: str) -> bool:
        """Return whether this file, or a folder of this name, is there."""
        return path in self.files or any(file.startswith(f"{path}/") for file in self.files)

    def has_folder(self, path: str) -> bool:
        """Return whether a folder of this name holds a file."""
        return any(file.startswith(f"{path}/") for file in self.files)

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Return the files that a glob names; a star stays within its folder."""
        if not any(char in pattern for char in "*?["):
            return (pattern,) if pattern in self.files else ()
        depth = pattern.count("/")
        return tuple(f for f in self.files if f.count("/") == depth and fnmatch.fnmatchcase(f, pattern))

    def text(self, path: str) -> str:
        """Return the beginning of a file as text; empty when it cannot be read."""
        if path not in self._texts:
            data = self._context.read(posixpath.join(self.prefix, path), MAX_TEXT)
            self._texts[path] = data.decode("utf-8", "replace")
        return self._texts[path]

    def sources(self, endings: tuple[str, ...]) -> tuple[str, ...]:
        """Return the program's own source files, those near the root first; tests and examples are left out."""
        found = [f for f in self.files if f.endswith(endings) and not is_aside(f)]
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))[:MAX_SOURCES]

    def search(self, pattern: str, paths: tuple[str, ...], flags: int = re.MULTILINE) -> re.Match[str] | None:
        """Return the first match in these files."""
        compiled = re.compile(pattern, flags)
        return next((match for path in paths if (match := compiled.search(self.text(path)))), None)


def is_aside(path: str) -> bool:
    """Return whether a file is a test, an example or the like by its place or name."""
    *folders, name = path.lower().split("/")
    if "main" in folders and folders[max(folders.index("main") - 1, 0)] == "src":
        # Below src/main the folders are names of packages, org.example among them.
        folders = folders[: folders.index("main")]
    stem = name.rsplit(".", 1)[0]
    if _ASIDE.intersection(folders):
        return True
    return stem.startswith(("test_", "conftest")) or stem.endswith(
        ("_test", ".test", ".spec", "_spec", ".config", ".d")
    )
