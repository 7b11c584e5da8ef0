"""Where the database is kept."""

from __future__ import annotations

import os
from typing import Final

from jettison.cache_folder import cache_folder

FILE: Final = "vulnerabilities.sqlite"


def database_path() -> str:
    """Return the path of the database, whether it exists or not."""
    return os.path.join(cache_folder(), FILE)
