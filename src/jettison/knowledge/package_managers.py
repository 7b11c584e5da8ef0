"""Package managers: which programs run them and what their sub-commands do."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import PACKAGE_MANAGERS

MANAGERS: Final[dict[str, Any]] = PACKAGE_MANAGERS
BY_PROGRAM: Final[dict[str, str]] = {
    program: name for name, facts in PACKAGE_MANAGERS.items() for program in facts["programs"]
}
