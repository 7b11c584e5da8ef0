"""Where the database is kept."""

from __future__ import annotations

import os
from typing import Final

FILE: Final = "vulnerabilities.sqlite"


def cache_folder() -> str:
    """Return the user's cache folder of Jettison: $JETTISON_CACHE, else below $XDG_CACHE_HOME or ~/.cache.

    "off" keeps no results of layers; the database is no such result and stays in its usual place.
    """
    own = os.environ.get("JETTISON_CACHE")
    if own and own != "off":
        return own
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "jettison")


def database_path() -> str:
    """Return the path of the database, whether it exists or not."""
    return os.path.join(cache_folder(), FILE)
