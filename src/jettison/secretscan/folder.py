"""Secrets in a folder of sources: every file, version control and untracked ones included; links are not followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from typing import Final

from jettison.errors import SourceError
from jettison.secretscan.detectors import LEVELS, load_detectors
from jettison.secretscan.findings import SecretFinding, ranked
from jettison.secretscan.hit import Hit
from jettison.secretscan.scanner import Scanner, best_hits
from jettison.terminal import safe_line

MAX_FILES: Final = 2_000_000
# A larger file is read in pieces that overlap.
PIECE: Final = 64 * 1024 * 1024
OVERLAP: Final = 16 * 1024


def folder_secrets(folder: str) -> tuple[tuple[SecretFinding, ...], str]:
    """Return the secrets below a folder, and what was left out ("" for nothing).

    Raises:
        SourceError: the folder cannot be listed.
    """
    if not os.access(folder, os.R_OK | os.X_OK):
        raise SourceError(f"{folder}: cannot be read")
    scanner = Scanner()
    notes = [scanner.note] if scanner.note else []
    found: list[SecretFinding] = []
    unread: list[str] = []
    for number, path in enumerate(_files(folder)):
        if number >= MAX_FILES:
            notes.append(f"only the first {MAX_FILES} files were searched")
            break
        name = os.path.relpath(path, folder)
        try:
            found += _findings(name, _hits(scanner, path, name))
        except OSError as error:
            # A link: what it leads to is searched where it lies.
            unread += [name] if error.errno != errno.ELOOP else []
    if unread:
        notes.append(f"{len(unread)} files could not be read, as {safe_line(unread[0])}")
    return ranked(found), "; ".join(notes)


def file_secrets(path: str) -> tuple[tuple[SecretFinding, ...], str]:
    """Return the secrets of one file, and what was left out.

    Raises:
        SourceError: it cannot be read.
    """
    scanner = Scanner()
    try:
        hits = _hits(scanner, os.path.realpath(path), path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    return ranked(_findings(path, hits)), scanner.note


def _files(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        yield from (os.path.join(parent, name) for name in sorted(names))


def _hits(scanner: Scanner, path: str, name: str) -> list[Hit]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        info = os.fstat(stream.fileno())
        if not stat.S_ISREG(info.st_mode) or not info.st_size:
            return []
        found: list[Hit] = []
        at, rest = 0, b""
        while piece := stream.read(PIECE):
            data = rest + piece
            # A file that grows while it is read ends where it ended at first.
            found += scanner.scan(name, info.st_mode, max(info.st_size, at + len(data)), data, at)
            rest = data[-OVERLAP:]
            at += len(data) - len(rest)
        return best_hits(found)


def _findings(path: str, hits: list[Hit]) -> list[SecretFinding]:
    about = {d.id: d for d in load_detectors().all} if hits else {}
    return [
        SecretFinding(
            hit.detector, about[hit.detector].title, about[hit.detector].severity, LEVELS[hit.level], "file", None, path,
            hit.offset, hit.line, hit.masked, hit.via, None, "", True, "",
        )
        for hit in hits
    ]  # fmt: skip
