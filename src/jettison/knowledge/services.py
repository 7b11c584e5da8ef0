"""Services that keep data, by image, by package and by the program that starts them."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import SERVICES as _SERVICES

SERVICES: Final[dict[str, Any]] = _SERVICES
BY_IMAGE: Final[dict[str, str]] = {image: name for name, facts in SERVICES.items() for image in facts["images"]}
BY_PACKAGE: Final[dict[str, str]] = {package: name for name, facts in SERVICES.items() for package in facts["packages"]}
