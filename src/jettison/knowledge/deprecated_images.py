"""Images that their makers gave up -> what took their place, "" when nothing did."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import DEPRECATED_IMAGES

_IMAGES: Final[dict[str, str]] = DEPRECATED_IMAGES["images"]
_PREFIXES: Final[dict[str, str]] = DEPRECATED_IMAGES["prefixes"]


def successor(name: str) -> str | None:
    """Return what took the place of a repository; "" when nothing did, None when it is not known as given up."""
    if name in _IMAGES:
        return _IMAGES[name]
    return next((instead for prefix, instead in _PREFIXES.items() if name.startswith(prefix)), None)
