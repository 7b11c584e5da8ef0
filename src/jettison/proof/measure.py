"""Figures of one image and of its builds."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import tomllib
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jettison.errors import SourceError

if TYPE_CHECKING:
    from jettison.engine.base import BuildRequest, Engine, OnEvent

# Hidden files, tests, and what configures a tool: babel.config.js, app.spec.ts, test_app.py, conftest.py.
_ASIDE: Final = re.compile(
    r"(?:^|/)(?:\.|tests?/|specs?/|__tests__/|docs?/|examples?/|scripts?/|migrations?/|test_|conftest\.|setup\.py$)"
    r"|[._-](?:test|tests|spec|config|conf|stories|d)\.\w+$",
    re.IGNORECASE,
)
MAX_COPY_BYTES: Final = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measurement:
    """Sizes in bytes, times in seconds. rebuild_seconds: with a warm cache, after one more source line.

    dependency_seconds: the same after a change in the file that declares the dependencies; None where not asked for.
    """

    size_unpacked: int
    size_compressed: int
    layers: int
    context_bytes: int
    cold_build_seconds: float
    rebuild_seconds: float | None
    user: str
    stop_text: str
    dependency_seconds: float | None = None


@cache
def _harmless() -> dict[str, dict[str, str]]:
    text = files("jettison.proof").joinpath("harmless_lines.toml").read_text("utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def manifest_of(names: Iterable[str]) -> str | None:
    """Return the file of a project's top folder that declares its dependencies, None where none is known."""
    there = set(names)
    return next((name for name in _harmless()["manifest"] if name in there), None)


def source_to_touch(paths: Iterable[str]) -> str | None:
    """Return the source file whose change stands for a day's work, None where no file can be changed harmlessly.

    A program's own code comes before tests and settings of tools, which some builds do not even copy.
    """
    known = _harmless()["source"]
    fit = [path for path in paths if os.path.splitext(path)[1] in known]
    return next((path for path in fit if not _ASIDE.search(path)), next(iter(fit), None))


def _line(path: str, word: str) -> str:
    """Return what can be added to a file without changing what it does.

    Raises:
        SourceError: it is not known for this kind of file.
    """
    known = _harmless()
    name = os.path.basename(path)
    text = known["manifest"].get(name) or known["source"].get(os.path.splitext(name)[1])
    if text is None:
        raise SourceError(f"{path}: it is not known how to add a harmless line to this kind of file")
    blank = "".join(" " if ord(letter) % 2 else "\t" for letter in word)
    return text.replace("{blank}", blank).replace("{}", word)


@contextmanager
def touched_copy(project: str, file: str) -> Iterator[str]:
    """Give a copy of the project in which one file has one more line that changes nothing of what it does.

    Raises:
        SourceError: it is not known for this kind of file how to do that.
    """
    line = _line(file, uuid.uuid4().hex)
    with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
        target = os.path.join(folder, "project")
        shutil.copytree(project, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        with open(os.path.join(target, file), "ab") as stream:
            stream.write(f"\n{line}\n".encode())
        yield target


def rebuild_seconds(
    engine: Engine, request: BuildRequest, project: str, file: str | None, on_event: OnEvent | None
) -> float | None:
    """Return the seconds of a build with warm cache after one more line in a file; None without a file."""
    if file is None:
        return None
    with touched_copy(project, file) as copy:
        tag = f"{request.tag}-touched"
        try:
            return engine.build(replace(request, context=copy, no_cache=False, tag=tag), on_event).seconds
        finally:
            engine.remove_image(tag)
