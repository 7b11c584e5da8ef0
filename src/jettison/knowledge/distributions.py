"""Distributions by the id of their os-release file, with the end of support of each release."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import DISTRIBUTIONS as _DISTRIBUTIONS

DISTRIBUTIONS: Final[dict[str, Any]] = _DISTRIBUTIONS
