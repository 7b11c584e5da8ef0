"""Small programs that are not in a base image."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import BASE_TOOLS
from jettison.knowledge.bases import has_no_shell

_FAMILIES: Final[dict[str, Any]] = BASE_TOOLS


def absent_tools(name: str, tag: str | None) -> frozenset[str]:
    """Return the programs that an image is known to lack; empty when nothing is known of it."""
    text = tag or ""
    if has_no_shell(name, tag):
        return frozenset(_FAMILIES["empty"]["absent"])
    found: set[str] = set()
    for facts in _FAMILIES.values():
        if name not in facts["names"] or any(mark in text for mark in facts["not_tags"]):
            continue
        if not facts["tags"] or any(mark in text for mark in facts["tags"]):
            found.update(facts["absent"])
    return frozenset(found)
