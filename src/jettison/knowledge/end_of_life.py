"""Until when the release that an image tag names gets security fixes."""

from __future__ import annotations

import re
from typing import Any, Final

from jettison.knowledge._compiled import END_OF_LIFE

STATE: Final[str] = END_OF_LIFE["state"]["date"]
_BY_NAME: Final[dict[str, Any]] = {
    name: facts for key, facts in END_OF_LIFE.items() if key != "state" for name in facts["names"]
}
_DEBIAN: Final[dict[str, Any]] = END_OF_LIFE["debian"]
_VERSION: Final = re.compile(r"v?(\d+(?:\.\d+)*)")
_ALPINE: Final = re.compile(r"alpine(\d+\.\d+)")


def end_of_life(name: str, tag: str | None) -> tuple[str, str] | None:
    """Return (what, ISO date) of the part of an image that ends first, or None when none is known."""
    found = [end for end in (_own(name, tag or ""), _system(name, tag or "")) if end]
    return min(found, key=lambda end: end[1]) if found else None


def _own(name: str, tag: str) -> tuple[str, str] | None:
    facts = _BY_NAME.get(name)
    if facts is None:
        return None
    first = re.split(r"[-_]", tag)[0]
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
    """Return the end of the distribution that a language's tag names: python:3.12-buster."""
    if name in ("debian", "ubuntu", "alpine", "centos"):
        return None
    for part in re.split(r"[-_]", tag):
        cycle = _DEBIAN["codenames"].get(part)
        if cycle:
            return f"Debian {part}", _DEBIAN["cycles"][cycle]
        match = _ALPINE.fullmatch(part)
        if match and match[1] in END_OF_LIFE["alpine"]["cycles"]:
            return f"Alpine {match[1]}", END_OF_LIFE["alpine"]["cycles"][match[1]]
    return None
