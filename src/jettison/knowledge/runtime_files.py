"""Which files of an image a running program may need, and which it surely does not."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from jettison.knowledge._compiled import RUNTIME_FILES

INSTALLATION: Final = frozenset(RUNTIME_FILES["installation"]["packages"])
OPTIONAL_LIBRARIES: Final = frozenset(RUNTIME_FILES["installation"]["optional_libraries"])
PARTS: Final[list[dict[str, Any]]] = RUNTIME_FILES["installation"]["parts"]
LOADS_UNNAMED: Final = re.compile("|".join(RUNTIME_FILES["installation"]["loads_unnamed"]))
EXTENSION_ENABLED: Final = re.compile(RUNTIME_FILES["installation"]["extensions"]["enabled"])
EXTENSION: Final = re.compile(RUNTIME_FILES["installation"]["extensions"]["file"])
NOT_BY_OPENING: Final = re.compile("|".join(RUNTIME_FILES["installation"]["not_by_opening"]))
PLUGINS: Final[list[dict[str, Any]]] = RUNTIME_FILES["installation"]["plugins"]
NOT_BY_DEPENDENCY: Final[tuple[str, ...]] = tuple(RUNTIME_FILES["installation"]["not_by_dependency"])
FILES_WITH: Final[list[dict[str, Any]]] = RUNTIME_FILES["installation"]["files_with"]
APART: Final = frozenset(RUNTIME_FILES["installation"]["apart"])
ALWAYS: Final[tuple[str, ...]] = tuple(RUNTIME_FILES["installation"]["always"])
BUILD_ONLY: Final = frozenset(RUNTIME_FILES["installation"]["build_only"])
# What ldconfig(8) writes of all libraries that it finds.
LOADER_LIST: Final = "etc/ld.so.cache"
SHARED_FOLDERS: Final = frozenset(RUNTIME_FILES["dropped"]["shared_folders"])
INSTALLED_BELOW: Final[tuple[str, ...]] = tuple(RUNTIME_FILES["dropped"]["installed_below"])
DEPENDENCIES: Final = frozenset(RUNTIME_FILES["dropped"]["dependencies"])
MADE_FOR: Final[list[dict[str, list[str]]]] = RUNTIME_FILES["installation"]["made_for"]
STARTS_OTHERS: Final = frozenset(RUNTIME_FILES["installation"]["starts_others"])
DEVICES: Final[tuple[str, ...]] = tuple(RUNTIME_FILES["dropped"]["devices"])
TOOL_NAMES: Final = frozenset(RUNTIME_FILES["dropped"]["tool_names"])
PROJECTS: Final[dict[str, dict[str, list[str]]]] = RUNTIME_FILES["projects"]
HINTS: Final[dict[str, dict[str, list[str]]]] = {k: v for k, v in RUNTIME_FILES["hints"].items() if isinstance(v, dict)}
FINDERS: Final[list[tuple[re.Pattern[str], list[str], list[str]]]] = [
    (re.compile(facts["call"]), facts["programs"], facts["linkers"]) for facts in RUNTIME_FILES["hints"]["finders"]
]
PLAIN_LOCALES: Final = frozenset(RUNTIME_FILES["hints"]["plain_locales"])
PROCESSES: Final[tuple[str, ...]] = tuple(RUNTIME_FILES["hints"]["processes"])
SHELLS: Final[tuple[str, ...]] = tuple(RUNTIME_FILES["hints"]["shells"])


def companions(package: str) -> list[str]:
    """Return the packages that a program of this one needs though it does not depend on them."""
    return _of_package("companions", package)


def installing(package: str) -> list[str]:
    """Return what this package depends on only to be installed, and which others do depend on to run."""
    return _of_package("installing", package)


def _of_package(table: str, package: str) -> list[str]:
    return [
        match.expand(template)
        for pattern, templates in RUNTIME_FILES["installation"][table]
        for match in [re.fullmatch(pattern, package)]
        if match is not None
        for template in templates
    ]


UNREAD_OF_PACKAGES: Final[str] = RUNTIME_FILES["dropped"]["of_packages"]
_UNREAD: Final = re.compile(UNREAD_OF_PACKAGES)
PROBES: Final[dict[str, list[str]]] = RUNTIME_FILES["probes"]
PROBES_BY_VARIABLE: Final[dict[str, list[str]]] = RUNTIME_FILES["probes_by_variable"]


def is_unread(path: str) -> bool:
    """Return whether a package's file (no leading slash) is documentation, a header or the like."""
    return _UNREAD.search(f"/{path}") is not None


@cache
def left_anywhere() -> re.Pattern[str]:
    """Return a pattern of what tools leave in any folder, those of a project's own sources among them."""
    return matcher(tuple(glob for glob in RUNTIME_FILES["dropped"]["of_program"] if glob.startswith("**/")))


@cache
def dropped(what: str) -> re.Pattern[str]:
    """Return a pattern of paths that nobody reads; `what` is of_program, tools, setuptools or unasked."""
    return matcher(tuple(RUNTIME_FILES["dropped"][what]))


@cache
def matcher(globs: tuple[str, ...]) -> re.Pattern[str]:
    """Return one pattern for paths that fit any of the globs; without globs it fits nothing."""
    return re.compile("|".join(f"(?:{_expression(glob)})" for glob in globs) if globs else r"(?!)")


def _expression(glob: str) -> str:
    parts: list[Any] = []
    at = 0
    while at < len(glob):
        if glob.startswith("**/", at):
            parts.append(r"(?:[^/]+/)*")
            at += 3
        elif glob.startswith("**", at):
            parts.append(r".*")
            at += 2
        elif glob[at] == "*":
            parts.append(r"[^/]*")
            at += 1
        elif glob[at] == "?":
            parts.append(r"[^/]")
            at += 1
        else:
            parts.append(re.escape(glob[at]))
            at += 1
    return "".join(parts) + r"\Z"
