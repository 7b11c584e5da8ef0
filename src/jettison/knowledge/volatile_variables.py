"""Build arguments and variables that have another value in every build."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import VOLATILE_VARIABLES

ALWAYS: Final = frozenset(VOLATILE_VARIABLES["names"]["always"])
BY_USE: Final = frozenset(VOLATILE_VARIABLES["names"]["by_use"])
