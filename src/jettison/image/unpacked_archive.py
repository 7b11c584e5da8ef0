"""A folder into which an archive of `docker save` was unpacked: manifest.json, and what it names beside it.

Source: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterator
from typing import Any, Final

MAX_MANIFEST: Final = 4 << 20


def is_unpacked_archive(path: str) -> bool:
    """Return whether a folder is an unpacked archive, not the files of an image."""
    return bool(_entries(path))


def files_of_unpacked(path: str) -> Iterator[tuple[str, str]]:
    """Yield (name in the archive, file) of the manifest and of what it names, of what the folder itself holds.

    Layers that several images share are links there, so links are followed, and only to within the folder.
    """
    inside = os.path.join(os.path.realpath(path), "")
    for name in {"manifest.json": 0} | {name: 0 for entry in _entries(path) for name in _names(entry)}:
        file = os.path.realpath(os.path.join(path, name))
        if file.startswith(inside):
            yield name, file


def _entries(path: str) -> list[dict[str, Any]]:
    try:
        with open(os.path.join(path, "manifest.json"), "rb") as stream:
            held = json.loads(stream.read(MAX_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return []
    listed = held if isinstance(held, list) else []
    return [entry for entry in listed if isinstance(entry, dict) and {"Config", "Layers"} <= entry.keys()]


def _names(entry: dict[str, Any]) -> Iterator[str]:
    layers = entry["Layers"]
    for name in (entry["Config"], *(layers if isinstance(layers, list) else ())):
        if isinstance(name, str) and "\0" not in name:
            yield posixpath.normpath(name)
