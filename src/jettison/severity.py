"""How bad what was found is: of findings in a Dockerfile and of remarks on an image."""

from __future__ import annotations

from typing import Final


class Severity:
    """How bad it is when the finding is right; ordered, higher is worse."""

    INFO: Final = 0
    LOW: Final = 1
    MEDIUM: Final = 2
    HIGH: Final = 3
    NAMES: Final = ("info", "low", "medium", "high")
