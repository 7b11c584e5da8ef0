"""Which runs of Jettison use the engine now: `jettison clean` must not take away what they still need.

Each holds a shared lock on one file of the user's cache folder. The system lets it go when the process ends, however
it ends.
"""

from __future__ import annotations

import fcntl
import os
from typing import Final

from jettison.cache_folder import cache_folder

NAME: Final = "at-work.lock"
_held: list[int] = []


def begin() -> None:
    """Hold the lock until this process ends; without a cache folder that can be written to nothing is held."""
    if not _held and (descriptor := _opened()) is not None:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held.append(descriptor)


def others() -> bool:
    """Return whether another run is at work; if not, none begins before this process ends."""
    descriptor = _opened()
    if descriptor is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return True
    _held.append(descriptor)
    return False


def _opened() -> int | None:
    try:
        folder = cache_folder()
        os.makedirs(folder, exist_ok=True)
        return os.open(os.path.join(folder, NAME), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
