"""Packages of distributions that bring far more than an image needs."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import HEAVY_PACKAGES

_NAMES: Final[dict[str, Any]] = HEAVY_PACKAGES["names"]
_SUFFIXES: Final[dict[str, Any]] = HEAVY_PACKAGES["suffixes"]


def heavy_package(name: str, manager: str) -> tuple[int, str, str] | None:
    """Return (bytes saved, package to take instead or "", words) for a package that is too much."""
    facts = _NAMES.get(name)
    if facts is not None and (name != "docs" or manager == "apk") and (name != "vim" or manager == "apt"):
        return facts["bytes"], facts["replace"], facts["instead"]
    for suffix, found in _SUFFIXES.items():
        if manager == "apt" and name.endswith(suffix) and name.startswith(found["begins"]):
            return found["bytes"], name + found["replace"] if found["replace"] else "", found["instead"]
    return None
