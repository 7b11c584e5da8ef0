"""A Gradle build: which of its projects is the program, and what the build writes for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from jettison.project.tree import Tree

_BUILD_FILES: Final = ("build.gradle", "build.gradle.kts")
_MAX_PROJECTS: Final = 40
_INCLUDE: Final = re.compile(r"^\s*include\s*\(?([^)\n]*(?:,\s*\n[^)\n]*)*)", re.MULTILINE)
_QUOTED: Final = re.compile(r"[\"']:?([\w.:-]+)[\"']")
# Plugins that make something to start, and those whose archive holds its libraries already.
_STARTABLE: Final = re.compile(r"[\"'(]application[\"')]|^\s*application\s*$|org\.springframework\.boot|[sS]hadow|io\.quarkus|"
                               r"io\.ktor\.plugin|Main-Class", re.MULTILINE)  # fmt: skip
_APPLICATION: Final = re.compile(r"[\"']application[\"']|^\s*application\s*$", re.MULTILINE)
_IN_JAR: Final = re.compile(r"Main-Class|[sS]hadow")
_SHADOW: Final = re.compile(r"com\.gradleup\.shadow|com\.github\.johnrengelman\.shadow|io\.ktor\.plugin")
_MAIN: Final = re.compile(r"\bmainClass(?:Name)?\s*(?:=|\.set\s*\()?\s*\(?\s*[\"']([\w.$]+)[\"']")
# A build is read from a copy at this folder, whose name a project takes that states none.
_FOLDER: Final = "src"


class Gradle(NamedTuple):
    """folder: of the program's project, with a slash behind, "" for the root; name: of the project; jar: of its archive.

    main: the main class that it names, "" without; in_jar: the archive names it, and holds the libraries if any;
    distribution: the build lays libraries and archive side by side.
    """

    folder: str
    name: str
    jar: str
    main: str
    in_jar: bool
    distribution: bool

    @property
    def names(self) -> dict[str, str]:
        """Return values of placeholders, for a program of one archive."""
        return {"jar": self.jar, "gradle_folder": self.folder, "gradle_task": "assemble"}


def gradle(tree: Tree) -> Gradle:
    """Return the project of a Gradle build that holds the program: the first that has a plugin for one, else the root."""
    settings = "".join(tree.text(f"settings.gradle{ending}") for ending in ("", ".kts"))
    included = [name.replace(":", "/") for words in _INCLUDE.findall(settings) for name in _QUOTED.findall(words)]
    folders = [""] + [name for name in included[:_MAX_PROJECTS] if _text(tree, name)]
    startable = [folder for folder in folders if _STARTABLE.search(_text(tree, folder))]
    folder = next(iter(startable or folders))
    own, root = _text(tree, folder), _text(tree, "")
    stated = re.search(r"^\s*rootProject\.name\s*=\s*[\"']([\w.-]+)", settings, re.MULTILINE)
    name = folder.rsplit("/", 1)[-1] if folder else stated[1] if stated else _FOLDER
    version = _version(own) or _version(root) or _property(tree.text("gradle.properties"))
    main = _MAIN.search(own)
    return Gradle(
        folder=f"{folder}/" if folder else "",
        name=name,
        jar=_jar(own, name, version),
        main=main[1] if main else "",
        in_jar=bool(_IN_JAR.search(own)),
        distribution=bool(_APPLICATION.search(own)) and not _SHADOW.search(own),
    )


def _text(tree: Tree, folder: str) -> str:
    return "".join(tree.text(f"{folder}/{name}" if folder else name) for name in _BUILD_FILES)


def _version(text: str) -> str:
    """Return the version that a line of its own states, in either language's form."""
    match = re.search(r"^\s*(?:project\.)?version\s*=?\s*[\"']([\w.+-]+)[\"']\s*$", text, re.MULTILINE)
    return match[1] if match else ""


def _property(text: str) -> str:
    match = re.search(r"^version\s*[=:]\s*([\w.+-]+)\s*$", text, re.MULTILINE)
    return match[1] if match else ""


def _jar(text: str, name: str, version: str) -> str:
    whole = re.search(r"\barchive(?:File)?Name\s*(?:=|\.set\s*\()\s*[\"']([\w.-]+\.jar)[\"']", text)
    if whole:
        return whole[1]
    base = re.search(r"\barchive(?:s)?BaseName\s*(?:=|\.set\s*\()\s*[\"']([\w.-]+)[\"']", text)
    classifier = "all" if _SHADOW.search(text) else ""
    return "-".join(part for part in (base[1] if base else name, version, classifier) if part) + ".jar"
