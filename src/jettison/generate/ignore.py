"""A .dockerignore from what is really in the folder: each pattern with the bytes that it keeps back.

A file that a COPY, ADD or bind mount names, or that a command names, is never kept back.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.knowledge.context_contents import DEVELOPMENT, UNNEEDED
from jettison.knowledge.secret_marks import is_secret_file
from jettison.model.context import IgnoreFile
from jettison.model.copied import copied

if TYPE_CHECKING:
    from jettison.model.context import BuildContext, ContextFile
    from jettison.model.dockerfile import Model

# Kept out of images whatever their size; both files are sent to the builder even when they are listed.
_ALWAYS: Final = (("Dockerfile*", "how the image is built"), (".dockerignore", "how the image is built"))
_AROUND: Final = (
    ("compose*.y*ml", "how the container runs"),
    ("docker-compose*.y*ml", "how the container runs"),
    (".gitignore", "version control"),
    (".gitattributes", "version control"),
    (".gitlab-ci.yml", "continuous integration"),
    (".travis.yml", "continuous integration"),
    ("Jenkinsfile", "continuous integration"),
    (".pre-commit-config.yaml", "tools of developers"),
    (".editorconfig", "tools of developers"),
    ("*.md", "documentation"),
    ("*.MD", "documentation"),
    ("*.log", "logs"),
    ("**/*.pyc", "byte code"),
    ("**/*.swp", "left by an editor"),
)
_PLAIN: Final = re.compile(r"[\w./@+=-]+")
_SOURCE: Final = re.compile(
    r"\.(?:py|js|mjs|cjs|ts|tsx|jsx|go|rs|java|kt|cs|php|rb|ex|exs|c|h|cc|cpp|hpp|json|toml|yml|yaml|cfg|ini|xml|gradle|kts|txt|am|ac|build|mod|html|sh)$"
)
_MAX_READ: Final = 600
_READ_BYTES: Final = 128 * 1024


class Line(NamedTuple):
    """One pattern; why: in words; bytes and files: what it keeps back beyond the lines before it."""

    pattern: str
    why: str
    bytes: int
    files: int


def ignore_lines(model: Model) -> tuple[Line, ...]:
    """Return the patterns to add to what the ignore file of the model's context holds already."""
    context = model.context
    if context is None or context.truncated:
        return ()
    files = context.files()
    needed, whole = _needed(model, files)
    lines: list[Line] = []
    # The Dockerfile is sent whatever is listed.
    rest = [file for file in files if file.path not in needed and file.path != context.dockerfile]
    there = {one.text for one in context.ignore.patterns if not one.negated} if context.ignore else set()
    for pattern, why, always in _candidates(model, context, files, whole):
        compiled = IgnoreFile.parse(pattern.encode())
        if pattern in there or any(compiled.excludes(path) for path in needed):
            continue
        hits = [file for file in rest if compiled.excludes(file.path)]
        if not hits and not always:
            continue
        gone = {file.path for file in hits}
        rest = [file for file in rest if file.path not in gone]
        lines.append(Line(pattern, why, sum(file.size for file in hits), len(hits)))
    return tuple(lines)


def ignore_text(lines: Iterable[Line], before: bytes = b"") -> bytes:
    """Return the whole file: what stood there, then the patterns in groups with their reason."""
    out: list[str] = []
    why = ""
    for line in lines:
        if line.why != why:
            out += ([""] if out else []) + [f"# {line.why[:1].upper()}{line.why[1:]}."]
            why = line.why
        out.append(line.pattern)
    joint = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    return before + joint + "".join(f"{line}\n" for line in out).encode()


def _needed(model: Model, files: tuple[ContextFile, ...]) -> tuple[set[str], bool]:
    """Return (paths that an instruction or a command names, whether the whole folder is copied as well)."""
    needed: set[str] = set()
    whole = False
    text = model.source.data.decode("utf-8", "replace")
    litter = {name for name, facts in UNNEEDED.items() if facts.get("litter") and name not in text}
    for one in copied(model):
        if one.whole:
            whole = True
        else:
            needed.update(file.path for file in one.files if litter.isdisjoint(file.path.split("/")))
    words = {
        word.value.removeprefix("./").rstrip("/")
        for run in model.runs
        for command in run.commands
        for word in command.argv
    }
    named = {word for word in words if word and word not in (".", "..") and len(word) > 1}
    for file in files:
        parts = file.path.split("/")
        if any("/".join(parts[:depth]) in named for depth in range(1, len(parts) + 1)):
            needed.add(file.path)
    return needed, whole


def _candidates(
    model: Model, context: BuildContext, files: tuple[ContextFile, ...], whole: bool
) -> Iterable[tuple[str, str, bool]]:
    yield from _unneeded(model, files)
    yield from _secrets(files)
    for pattern, why in _ALWAYS:
        yield pattern, why, True
    texts = _texts(context, files)
    for pattern, why in _AROUND:
        names = {path for path in (file.path for file in files) if fnmatch.fnmatchcase(path, pattern)}
        if not any(_mentioned(name, texts) for name in names):
            yield pattern, why, False
    yield from _development(model, files, texts)
    if not whole:
        tops: dict[str, int] = {}
        for file in files:
            tops[file.path.split("/")[0]] = 1
        for name in sorted(tops):
            if _PLAIN.fullmatch(name):
                yield name, "copied by no instruction", False


def _unneeded(model: Model, files: tuple[ContextFile, ...]) -> Iterable[tuple[str, str, bool]]:
    programs = {command.name for run in model.runs for command in run.commands}
    by_name: dict[str, list[str]] = {}
    paths = {file.path for file in files}
    for file in files:
        parts = file.path.split("/")
        for depth, part in enumerate(parts):
            if part in UNNEEDED:
                by_name.setdefault(part, []).append("/".join(parts[:depth]))
    for name, facts in UNNEEDED.items():
        folders = set(by_name.get(name, ()))
        if not folders or programs.intersection(facts["keep"]):
            continue
        if facts["beside"] and not all(
            any(posixpath.join(f, one) in paths for one in facts["beside"]) for f in folders
        ):
            continue
        yield (name if folders == {""} else f"**/{name}"), facts["what"], False


def _secrets(files: tuple[ContextFile, ...]) -> Iterable[tuple[str, str, bool]]:
    for file in files:
        if is_secret_file(file.path) and _PLAIN.fullmatch(file.path):
            yield file.path, "secrets", False


def _texts(context: BuildContext, files: tuple[ContextFile, ...]) -> dict[str, str]:
    own = [
        f.path for f in files if _SOURCE.search(f.path) and not any(part in UNNEEDED for part in f.path.split("/")[:-1])
    ]
    some = sorted(own, key=lambda path: (path.count("/"), path))[:_MAX_READ]
    return {path: context.read(path, _READ_BYTES).decode("utf-8", "replace") for path in some}


def _mentioned(name: str, texts: dict[str, str]) -> bool:
    """Return whether a text outside of it names this file or folder."""
    pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    return any(pattern.search(text) for path, text in texts.items() if path != name and not path.startswith(f"{name}/"))


def _development(
    model: Model, files: tuple[ContextFile, ...], texts: dict[str, str]
) -> Iterable[tuple[str, str, bool]]:
    programs = {command.name for run in model.runs for command in run.commands}
    words = {word.value for run in model.runs for command in run.commands for word in command.argv}
    if (programs | words).intersection(DEVELOPMENT["keep"]):
        return
    tops = {file.path.split("/")[0] for file in files if "/" in file.path}
    for name in DEVELOPMENT["folders"]:
        # A folder that something names may be part of the program, whatever it is called.
        if name in tops and not _mentioned(name, texts):
            yield name, "for developers, read by nothing else", False
