"""What lies in project folders and belongs into no build or no image."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import CONTEXT_CONTENTS

UNNEEDED: Final[dict[str, Any]] = CONTEXT_CONTENTS["unneeded"]
DEVELOPMENT: Final[dict[str, Any]] = CONTEXT_CONTENTS["development"]
SELDOM_USED: Final[dict[str, Any]] = CONTEXT_CONTENTS["seldom_used"]
PROJECT_CODE: Final[tuple[str, ...]] = tuple(CONTEXT_CONTENTS["project_code"]["suffixes"])
