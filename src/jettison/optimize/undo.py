"""What `optimize --write` replaced is kept, so that `jettison undo` can put it back.

The earlier files lie in the user's state folder ($XDG_STATE_HOME/jettison/undo), readable for the user
only: not in the project, where they would be sent to every build.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from jettison.atomic import Replacement, replace_all
from jettison.errors import SourceError

MAX_KEPT: Final = 20
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One writing. files: what each file held before (None: it was not there) and after."""

    path: str
    written_at: float
    files: tuple[Replacement, ...]
    digests: tuple[str, ...]


def keep(project: str, replacements: Sequence[Replacement]) -> str:
    """Keep the earlier content of files that are about to be replaced; return the path of the record.

    Raises:
        SourceError: it cannot be kept; then nothing must be replaced.
    """
    folder = _folder(project)
    data = {
        "version": VERSION,
        "project": os.path.realpath(project),
        "written_at": time.time(),
        "files": [
            {
                "path": os.path.realpath(each.path),
                "before": None if each.before is None else base64.b64encode(each.before).decode(),
                "after": hashlib.sha256(each.after or b"").hexdigest(),
            }
            for each in replacements
        ],
    }
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        earlier = _records(folder)
        number = int(earlier[-1][:-5]) + 1 if earlier else 1
        path = os.path.join(folder, f"{number:06}.json")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            json.dump(data, stream)
            stream.flush()
            os.fsync(stream.fileno())
        for name in earlier[: max(0, len(earlier) + 1 - MAX_KEPT)]:
            os.unlink(os.path.join(folder, name))
    except OSError as error:
        raise SourceError(
            f"{folder}: the earlier files cannot be kept for undo ({error.strerror}); nothing was written"
        ) from error
    return path


def forget(record: str) -> None:
    """Drop a record whose files were not replaced after all."""
    with contextlib.suppress(OSError):
        os.unlink(record)


def last_step(project: str) -> Step | None:
    """Return the last writing to a project that was not undone, None without one.

    Raises:
        SourceError: the record cannot be read.
    """
    folder = _folder(project)
    records = _records(folder)
    if not records:
        return None
    path = os.path.join(folder, records[-1])
    try:
        with open(path, encoding="ascii") as stream:
            data: dict[str, Any] = json.load(stream)
        files = []
        for each in data["files"]:
            before = None if each["before"] is None else base64.b64decode(each["before"], validate=True)
            files.append((str(each["path"]), before, str(each["after"])))
        written_at = float(data["written_at"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path}: this record of earlier files is damaged ({type(error).__name__})") from error
    steps = tuple(Replacement(path, None, before) for path, before, _ in files)
    return Step(path, written_at, steps, tuple(digest for _, _, digest in files))


def undo(project: str) -> tuple[tuple[str, bool], ...]:
    """Put the files of the last writing back and return (path, whether it was there before).

    Raises:
        SourceError: nothing was written to this project, or a file has changed since; nothing is then done.
    """
    step = last_step(project)
    if step is None:
        raise SourceError(f"{project}: jettison has written nothing here that could be undone")
    replacements = []
    for file, digest in zip(step.files, step.digests, strict=True):
        now = _content(file.path)
        if now is None or hashlib.sha256(now).hexdigest() != digest:
            raise SourceError(f"{file.path}: changed since jettison wrote it; nothing was restored")
        replacements.append(Replacement(file.path, now, file.after))
    replace_all(replacements)
    forget(step.path)
    return tuple((file.path, file.after is not None) for file in step.files)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return None


def _folder(project: str) -> str:
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    key = hashlib.sha256(os.path.realpath(project).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(state, "jettison", "undo", key)


def _records(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".json") and name[:-5].isdigit())
    except OSError:
        return []
