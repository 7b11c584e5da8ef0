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
_PIECE: Final = 64 * 1024
_SKIPPED_FOLDERS: Final = frozenset((".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__"))
BUILD_FILE_ENDINGS: Final = (".yml", ".yaml", ".hcl")
_OTHER_ENDINGS: Final = (
    ".dockerignore", ".md", ".go", ".py", ".js", ".ts", ".sh", ".json", ".html", ".orig", ".yml", ".yaml", ".cs", ".toml", ".xml",
)  # fmt: skip


def is_dockerfile_name(name: str) -> bool:
    """Return whether a file of this name holds a Dockerfile by convention."""
    lowered = name.lower()
    if lowered.endswith(_OTHER_ENDINGS):
        return False
    stem = lowered.split(".", 1)[0]
    if stem in ("dockerfile", "containerfile") or lowered.endswith((".dockerfile", ".containerfile")):
        return True
    # Dockerfile-windows and Dockerfile_r_4.0, but not Dockerfile-lint.rb.
    _, dot, ending = lowered.rpartition(".")
    variant = lowered.startswith(("dockerfile-", "dockerfile_", "containerfile-", "containerfile_"))
    return variant and not (dot and ending[:1].isalpha())


def is_build_file_name(name: str) -> bool:
    """Return whether a file of this name is a Compose or Bake file by convention."""
    lowered = name.lower()
    stem, dot, ending = lowered.rpartition(".")
    if not dot:
        return False
    if ending in ("yml", "yaml"):
        return stem in ("compose", "docker-compose") or stem.startswith(
            ("compose.", "docker-compose.", "docker-compose-", "compose-")
        )
    return ending in ("hcl", "json") and (stem == "docker-bake" or stem.startswith(("docker-bake.", "docker-bake-")))


def dockerfiles(paths: Sequence[str]) -> Iterator[str]:
    """Yield the path of each Dockerfile named or found below `paths`, in a stable order.

    Raises:
        SourceError: a path does not exist.
    """
    return (path for path, named in found_files(paths) if named or is_dockerfile_name(os.path.basename(path)))


def found_files(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield (path, was it named) of each Dockerfile, Compose and Bake file, each once; a glob names what it matches.

    Raises:
        SourceError: a path does not exist.
    """
    seen: set[str] = set()
    for path, named in _all(paths):
        key = os.path.normpath(path)
        if key not in seen:
            seen.add(key)
            yield path, named


def _all(paths: Sequence[str]) -> Iterator[tuple[str, bool]]:
    for path in paths or (".",):
        if path == "-":
            yield path, True
        elif (mode := _mode(path)) is not None and stat.S_ISDIR(mode):
            yield from ((found, False) for found in _below(path))
        elif mode is not None or os.path.lexists(path):
            yield path, True
        elif any(mark in path for mark in "*?["):
            yield from _globbed(path)
        else:
            raise SourceError(f"{path}: no such file or folder")


def _mode(path: str) -> int | None:
    """Return what kind of file a path leads to; None where it leads nowhere."""
    try:
        return os.stat(path).st_mode
    except (OSError, ValueError):
        return None


def _globbed(pattern: str) -> Iterator[tuple[str, bool]]:
    from glob import iglob

    some = False
    for path in sorted(iglob(pattern, recursive=True)):
        some = True
        if os.path.isdir(path):
            yield from ((found, False) for found in _below(path))
        else:
            yield path, True
    if not some:
        raise SourceError(f"{pattern}: no such file or folder, and as a pattern it matches nothing")


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
        with os.scandir(folder) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _SKIPPED_FOLDERS:
                        folders.append(entry.path)
                elif (is_dockerfile_name(entry.name) or is_build_file_name(entry.name)) and entry.is_file():
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


def _read(path: str, expected: int) -> bytes:
    # Without the layers of a stream, which cost more than the file does.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        pieces = [os.read(descriptor, min(expected, MAX_FILE_BYTES) + 1)]
        size = len(pieces[0])
        if size == expected:
            return pieces[0]
        while pieces[-1] and size <= MAX_FILE_BYTES:
            pieces.append(os.read(descriptor, _PIECE))
            size += len(pieces[-1])
    finally:
        os.close(descriptor)
    return b"".join(pieces)


def _read_regular(path: str) -> bytes:
    try:
        facts = os.stat(path)
        if stat.S_ISDIR(facts.st_mode):
            raise SourceError(f"{path}: is a folder; a Dockerfile was expected")
        if not stat.S_ISREG(facts.st_mode):
            raise SourceError(f"{path}: is not a regular file; a Dockerfile was expected")
        return _read(path, facts.st_size)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
