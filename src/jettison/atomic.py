"""Replacing files of the user's project: whole or not at all, and never over someone else's change."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from typing import Final

from jettison.errors import SourceError
from jettison.named_tuple import NamedTuple

# Links to files that this process has open, of which some have no other name.
_OPEN_FILES: Final = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


class Replacement(NamedTuple):
    """New content for one file (None: it goes); `before` is what it must still hold (None: must not exist)."""

    path: str
    before: bytes | None
    after: bytes | None


def replace_all(replacements: Sequence[Replacement], synced: bool = True) -> None:
    """Write every file or none.

    Each new content is first written and synced beside its target, then all are renamed into
    place. Mode is kept; a symbolic link is followed so that the link itself survives. synced: not needed for what
    can be made again.

    Raises:
        SourceError: a file changed since it was read, or the folder cannot be written; all files
            are then as they were.
    """
    prepared: list[tuple[Replacement, str, str]] = []
    try:
        for replacement in replacements:
            target = os.path.realpath(replacement.path)
            _refuse_when_changed(replacement, target)
            temporary = _beside(target)
            if replacement.after is not None:
                _write(temporary, replacement, target, replacement.after, synced)
            prepared.append((replacement, target, temporary))
        _rename_all(prepared)
    finally:
        for _, _, temporary in prepared:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def write_whole(path: str, content: bytes, synced: bool = True) -> None:
    """Write a file of our own, whole or not at all, whatever it held before; into a device or a pipe what it is given.

    Raises:
        SourceError: the folder cannot be written.
    """
    if _is_special(path):
        _write_into(path, content)
        return
    try:
        with open(path, "rb") as stream:
            before: bytes | None = stream.read()
    except FileNotFoundError:
        before = None
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror})") from error
    replace_all([Replacement(path, before, content)], synced)


def _is_special(path: str) -> bool:
    """Return whether a path leads to a device, a pipe or an open file: nothing that another file could stand for."""
    if os.path.abspath(path).startswith(_OPEN_FILES):
        return True
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _write_into(path: str, content: bytes) -> None:
    try:
        with open(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as stream:
            stream.write(content)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise SourceError(f"{path}: cannot be written ({error.strerror})") from error


def write_report(path: str, text: str) -> None:
    """Write a report, as `write_whole` does; it can be made again, so nobody waits for the disk."""
    write_whole(path, text.encode("utf-8", "backslashreplace"), synced=False)


def _refuse_when_changed(replacement: Replacement, target: str) -> None:
    try:
        if not stat.S_ISREG(os.stat(target).st_mode):
            # Another file in the place of a device or a pipe breaks whoever uses that.
            raise SourceError(f"{replacement.path}: is no regular file; nothing was written")
        with open(target, "rb") as stream:
            current: bytes | None = stream.read()
    except FileNotFoundError:
        current = None
    except OSError as error:
        raise SourceError(f"{replacement.path}: cannot be read: {error.strerror}") from error
    if current != replacement.before:
        raise SourceError(f"{replacement.path}: changed while jettison ran; nothing was written, run it again")


def _beside(target: str) -> str:
    return os.path.join(os.path.dirname(target), f".{os.path.basename(target)}.jettison-{os.getpid()}")


def _write(temporary: str, replacement: Replacement, target: str, after: bytes, synced: bool) -> None:
    try:
        mode = os.stat(target).st_mode & 0o7777 if replacement.before is not None else 0o644
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.write(after)
                stream.flush()
                if synced:
                    os.fsync(stream.fileno())
        except OSError:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise SourceError(f"{replacement.path}: cannot be written ({error.strerror}); nothing was changed") from error


def _rename_all(prepared: list[tuple[Replacement, str, str]]) -> None:
    done: list[tuple[Replacement, str]] = []
    try:
        for replacement, target, temporary in prepared:
            if replacement.after is None:
                os.unlink(target)
            else:
                os.replace(temporary, target)
            done.append((replacement, target))
    except OSError as error:
        for replacement, target in reversed(done):
            _put_back(replacement, target)
        raise SourceError(f"cannot replace a file ({error.strerror}); nothing was changed") from error


def _put_back(replacement: Replacement, target: str) -> None:
    if replacement.before is None:
        os.unlink(target)
        return
    with open(target, "wb") as stream:
        stream.write(replacement.before)
