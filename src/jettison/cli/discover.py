"""Finding Dockerfiles under the paths that a user names, and reading them within bounds."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from jettison.errors import SourceError

MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 64
_SKIPPED_FOLDERS: Final = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__"))
_OTHER_ENDINGS: Final = (".dockerignore", ".md", ".go", ".py", ".js", ".ts", ".sh", ".json", ".html", ".orig")


def is_dockerfile_name(name: str) -> bool:
    """Return whether a file of this name holds a Dockerfile by convention."""
    lowered = name.lower()
    if lowered.endswith(_OTHER_ENDINGS):
        return False
    stem = lowered.split(".", 1)[0]
    return stem in ("dockerfile", "containerfile") or lowered.endswith((".dockerfile", ".containerfile"))


def dockerfiles(paths: Sequence[str]) -> Iterator[str]:
    """Yield the path of each Dockerfile named or found below `paths`, in a stable order.

    Raises:
        SourceError: a path does not exist.
    """
    for path in paths or (".",):
        if path == "-":
            yield path
        elif os.path.isdir(path):
            yield from _below(path)
        elif os.path.lexists(path):
            yield path
        else:
            raise SourceError(f"{path}: no such file or folder")


def _below(root: str) -> Iterator[str]:
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        files, folders = _listing(folder)
        yield from (os.path.normpath(path) for path in files)
        if depth < MAX_DEPTH:
            waiting.extend((path, depth + 1) for path in reversed(folders))


def _listing(folder: str) -> tuple[list[str], list[str]]:
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _SKIPPED_FOLDERS:
                        folders.append(entry.path)
                elif is_dockerfile_name(entry.name) and entry.is_file():
                    files.append(entry.path)
    except OSError:
        return [], []
    return sorted(files), sorted(folders)


def read_dockerfile(path: str) -> bytes:
    """Return the bytes of a Dockerfile (`-` is standard input).

    Raises:
        SourceError: it is a folder, a device, unreadable, or larger than MAX_FILE_BYTES.
    """
    data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1) if path == "-" else _read_regular(path)
    if len(data) > MAX_FILE_BYTES:
        raise SourceError(f"{path}: larger than {MAX_FILE_BYTES} bytes; this is not a Dockerfile")
    return data


def _read_regular(path: str) -> bytes:
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise SourceError(f"{path}: is a folder; a Dockerfile was expected")
        if not stat.S_ISREG(mode):
            raise SourceError(f"{path}: is not a regular file; a Dockerfile was expected")
        with open(path, "rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
