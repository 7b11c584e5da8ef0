"""What of a layer the findings of a rule are about, so that it can be measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from jettison.knowledge._compiled import LAYER_CONTENTS, PACKAGE_MANAGERS

_HOME: Final = "/root/"
_MEASURES: Final[dict[str, dict[str, Any]]] = LAYER_CONTENTS


def measure_of(rule: str) -> str:
    """Return how the bytes of a rule's findings are told from the rest, "" where only the line's total is known."""
    return str(_MEASURES.get(rule, {}).get("measure", ""))


@cache
def path_test(rule: str) -> Callable[[str], bool] | None:
    """Return whether a path (without leading slash) is what a rule is about; None for what paths do not tell."""
    measure = measure_of(rule)
    values = list(_MEASURES.get(rule, {}).get("values", ()))
    if measure == "endings":
        return lambda path: path.endswith(tuple(values))
    if measure in ("lists", "caches"):
        pattern = re.compile("|".join(map(_folder, _folders(measure))))
        return lambda path: pattern.match(path) is not None
    if measure == "paths":
        return lambda path: path.startswith(tuple(values))
    return None


def _folders(measure: str) -> list[str]:
    managers = PACKAGE_MANAGERS.values()
    if measure == "lists":
        return sorted({facts["lists"] for facts in managers if facts["lists"]})
    return sorted({folder for facts in managers for folder in facts["cache"]})


def _folder(path: str) -> str:
    # A user's own cache is where root's would be, below another home.
    if path.startswith(_HOME):
        return rf"(?:root|home/[^/]+)/{re.escape(path[len(_HOME) :])}/"
    return re.escape(path.lstrip("/")) + "/"
