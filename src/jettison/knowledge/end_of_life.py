"""Until when the release that an image tag names gets security fixes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from jettison.knowledge._compiled import END_OF_LIFE

STATE: Final[str] = END_OF_LIFE["state"]["date"]
_BY_NAME: Final[dict[str, Any]] = {
    name: facts for key, facts in END_OF_LIFE.items() if key != "state" for name in facts["names"]
}
_OWN_TAGS: Final = frozenset(("debian", "ubuntu", "alpine", "centos", "buildpack-deps"))
_TITLES: Final = {"alpine": "Alpine", "ubuntu": "Ubuntu", "centos": "CentOS"}
_VERSION: Final = re.compile(r"v?(\d+(?:\.\d+)*)")
_PARTS: Final = re.compile(r"[-_]")
_SYSTEM: Final = re.compile(r"(alpine|ubuntu|centos)(\d+(?:\.\d+)?)")


@lru_cache(maxsize=4096)
def end_of_life(name: str, tag: str | None) -> tuple[str, str] | None:
    """Return (what, ISO date) of the part of an image that ends first, or None when none is known."""
    # A tag has 128 characters at most (OCI distribution specification).
    short = (tag or "")[:128]
    found = [end for end in (_own(name, short), _system(name, short)) if end]
    return min(found, key=lambda end: end[1]) if found else None


def _own(name: str, tag: str) -> tuple[str, str] | None:
    facts = _BY_NAME.get(name)
    if facts is None:
        return None
    first = _PARTS.split(tag, 1)[0]
    cycle = facts["codenames"].get(first)
    if cycle is None:
        match = _VERSION.match(tag)
        cycle = match[1] if match else ""
    while cycle:
        if cycle in facts["cycles"]:
            return f"{name.rsplit('/', 1)[-1]} {cycle}", facts["cycles"][cycle]
        cycle = cycle.rpartition(".")[0]
    return None


def _system(name: str, tag: str) -> tuple[str, str] | None:
    """Return the end of the distribution that a tag names besides: python:3.12-buster, cuda:11-ubuntu18.04."""
    if name in _OWN_TAGS:
        return None
    for part in _PARTS.split(tag):
        for system in ("debian", "ubuntu"):
            cycle = END_OF_LIFE[system]["codenames"].get(part)
            if cycle:
                return f"{system.capitalize()} {part}", END_OF_LIFE[system]["cycles"][cycle]
        match = _SYSTEM.fullmatch(part)
        cycles = END_OF_LIFE[match[1]]["cycles"] if match else {}
        if match and match[2] in cycles:
            return f"{_TITLES[match[1]]} {match[2]}", cycles[match[2]]
    return None
