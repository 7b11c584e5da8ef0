"""What a program compiled with a Debian development package loads when it runs."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import DEVELOPMENT_PACKAGES

_RUNTIME: Final[dict[str, list[str]]] = DEVELOPMENT_PACKAGES["runtime"]
_BY_RELEASE: Final[dict[str, dict[str, list[str]]]] = DEVELOPMENT_PACKAGES["by_release"]


def runtime_of(package: str, tag: str | None) -> tuple[str, ...]:
    """Return the packages with the libraries of a development package; none where they are not known.

    tag: of the base image; where it names a release of Debian with other names, these are taken.
    """
    for release, names in _BY_RELEASE.items():
        if tag is not None and release in tag and package in names:
            return tuple(names[package])
    return tuple(_RUNTIME.get(package, ()))
