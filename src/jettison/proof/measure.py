"""Figures of one image and of its builds."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from jettison.errors import SourceError

if TYPE_CHECKING:
    from jettison.engine.base import BuildRequest, Engine, OnEvent

# A line that changes a source file and not what it does, by the ending of its name.
_COMMENT: Final = {
    ".go": "// {}\n", ".js": "// {}\n", ".mjs": "// {}\n", ".cjs": "// {}\n", ".ts": "// {}\n", ".java": "// {}\n",
    ".rs": "// {}\n", ".c": "// {}\n", ".cc": "// {}\n", ".cpp": "// {}\n", ".kt": "// {}\n", ".tsx": "// {}\n",
    ".php": "// {}\n", ".py": "# {}\n", ".rb": "# {}\n", ".sh": "# {}\n",
}  # fmt: skip
MAX_COPY_BYTES: Final = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measurement:
    """Sizes in bytes, times in seconds. rebuild_seconds: with a warm cache, after one more source line."""

    size_unpacked: int
    size_compressed: int
    layers: int
    context_bytes: int
    cold_build_seconds: float
    rebuild_seconds: float | None
    user: str
    stop_text: str


@contextmanager
def touched_copy(project: str, source_file: str) -> Iterator[str]:
    """Give a copy of the project in which one source file has one more comment line.

    Raises:
        SourceError: the project is too large to copy, or the language's comments are not known.
    """
    ending = os.path.splitext(source_file)[1]
    if ending not in _COMMENT:
        raise SourceError(f"{source_file}: it is not known how to add a harmless line to this kind of file")
    with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
        target = os.path.join(folder, "project")
        shutil.copytree(project, target, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        with open(os.path.join(target, source_file), "r+b") as stream:
            text = stream.read()
            # A PHP file that ends as a page.
            outside = ending == ".php" and text.rfind(b"?>") > text.rfind(b"<?")
            comment = "<!-- {} -->\n" if outside else _COMMENT[ending]
            stream.write(("\n" + comment.format(os.path.basename(folder))).encode())
        yield target


def rebuild_seconds(
    engine: Engine, request: BuildRequest, project: str, source_file: str | None, on_event: OnEvent | None
) -> float | None:
    """Return the seconds of a build with warm cache after one more source line; None without a source file."""
    if source_file is None:
        return None
    with touched_copy(project, source_file) as copy:
        tag = f"{request.tag}-touched"
        try:
            return engine.build(replace(request, context=copy, no_cache=False, tag=tag), on_event).seconds
        finally:
            engine.remove_image(tag)
