"""Images that their makers gave up -> what took their place, "" when nothing did."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import DEPRECATED_IMAGES

SUCCESSORS: Final[dict[str, str]] = DEPRECATED_IMAGES["images"]
