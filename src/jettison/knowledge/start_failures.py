"""What a program says when it does not run, and which changes of a rewrite that speaks of."""

from __future__ import annotations

import re
from typing import Final

from jettison.knowledge._compiled import START_FAILURES

_FAILURES: Final = tuple((re.compile(one["says"]), tuple(one["changes"])) for one in START_FAILURES["failure"])


def spoken_of(text: str) -> tuple[str, ...]:
    """Return the ids of the changes that a message speaks of, the likeliest first."""
    return tuple(dict.fromkeys(change for says, changes in _FAILURES if says.search(text) for change in changes))
