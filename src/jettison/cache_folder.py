"""Where Jettison keeps what it can make again: results of layers, compiled patterns, the advisory database."""

from __future__ import annotations

import os
from typing import Final

OFF: Final = "off"


def cache_folder() -> str:
    """Return the user's cache folder of Jettison: $JETTISON_CACHE, else below $XDG_CACHE_HOME or ~/.cache.

    "off" keeps no results of layers; what is no such result stays in its usual place.
    """
    stated = os.environ.get("JETTISON_CACHE")
    if stated and stated != OFF:
        return stated
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "jettison")


def keep_file(path: str, data: bytes, mode: int = 0o600) -> None:
    """Write a file that can be made again, whole or not at all; its folder is made where it is missing.

    mode: of the file; the folder can be entered by whoever may read the file.

    Raises:
        OSError: it cannot be written.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o755 if mode & 0o044 else 0o700, exist_ok=True)
    temporary = os.path.join(folder, f".new-{os.urandom(8).hex()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def keeps_results() -> bool:
    """Return whether results of layers may be kept."""
    return os.environ.get("JETTISON_CACHE") != OFF
