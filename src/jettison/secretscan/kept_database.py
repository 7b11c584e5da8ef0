"""Where compiled patterns are kept: beside Python's own compiled files, else in the user's cache.

In the first place they live as long as the installation, as byte code does, so that a machine whose caches are empty
each time compiles nothing; whoever may not write there, or wants no compiled files there, has them in the second.

Source: PEP 3147 (the folder), PYTHONDONTWRITEBYTECODE and PYTHONPYCACHEPREFIX in Python's documentation.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Final

from jettison.cache_folder import cache_folder, keep_file

_SUFFIX: Final = ".hs"


def kept(name: str) -> Iterator[bytes]:
    """Yield what is kept under a name, from each place that has it."""
    for folder in (_installed(), cache_folder()):
        with contextlib.suppress(OSError), open(os.path.join(folder, f"{name}{_SUFFIX}"), "rb") as stream:
            data = stream.read()
            yield data


def keep(name: str, data: bytes) -> None:
    """Keep something in the first place that can be written; in none (a read-only home) the next run makes it again."""
    beside = [] if sys.dont_write_bytecode or sys.pycache_prefix else [_installed()]
    for folder in (*beside, cache_folder()):
        with contextlib.suppress(OSError):
            keep_file(os.path.join(folder, f"{name}{_SUFFIX}"), data, 0o644 if folder in beside else 0o600)
            _forget_older(folder)
            return


def _installed() -> str:
    return os.path.join(os.path.dirname(__file__), "__pycache__")


def _forget_older(folder: str) -> None:
    """Delete what was compiled from the patterns of an earlier version."""
    since = os.stat(os.path.join(os.path.dirname(__file__), "_compiled.py")).st_mtime
    for entry in os.scandir(folder):
        if entry.name.endswith(_SUFFIX) and entry.stat().st_mtime < since:
            os.unlink(entry.path)
