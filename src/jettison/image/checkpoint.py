"""One remark of best practice on an image, and the data that the checks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

MAX_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing that is not as it should be. id: dockle's and CIS' name of it."""

    id: str
    title: str
    severity: int
    detail: str


def table() -> dict[str, Any]:
    """Return the lists of names that the checks go by."""
    from jettison.image._compiled import CHECKPOINTS

    return CHECKPOINTS


def some(names: Sequence[str], ordered: bool = False) -> str:
    """Return the first names, sorted unless they are in order, and how many more there are."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join((names if ordered else sorted(names))[:MAX_NAMED]) + more
