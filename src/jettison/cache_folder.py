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


def keeps_results() -> bool:
    """Return whether results of layers may be kept."""
    return os.environ.get("JETTISON_CACHE") != OFF
