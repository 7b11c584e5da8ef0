"""Groups of well-known Java artifacts; see java_groups.toml."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from jettison.knowledge._compiled import JAVA_GROUPS

# A longer name is none of these.
_MAX_NAME: Final = 128


def java_group(artifact: str) -> str:
    """Return the group under which an artifact is published, "" where that is not known."""
    if len(artifact) > _MAX_NAME:
        return ""
    return next((group for group, names in _patterns() if names.fullmatch(artifact)), "")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((group, re.compile("|".join(names))) for group, names in JAVA_GROUPS["groups"].items())
