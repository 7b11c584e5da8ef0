"""In which order candidates are tried: by what the user aims at, then by predicted size."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.rewrite.candidates import Candidate

AIMS: Final = ("safe", "small", "smallest")


def by_aim(found: Iterable[Candidate], aim: str) -> list[Candidate]:
    """Return the candidates in the order of trying.

    safe: only those on a base image with a shell and a package manager. small, smallest: the smallest prediction
    first; what has none keeps its place behind.
    """
    wanted = [c for c in found if aim != "safe" or not c.bare]
    return sorted(wanted, key=lambda c: (c.name == "in-place", math.inf if c.size is None else c.size))


def tries_all(aim: str) -> bool:
    """Return whether every candidate is tried and measured, instead of taking the first that is proven."""
    return aim == "smallest"
