"""R's order of versions: whole numbers between points and hyphens, which are the same; the longer one is later.

Source: Writing R Extensions, 1.1.1 "The DESCRIPTION file"; R's numeric_version.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(r"\d+(?:[.-]\d+)*\Z", re.ASCII)


def key(text: str) -> Any:
    """Return the sort key."""
    return tuple(map(int, text.replace("-", ".").split("."))) if _VERSION.match(text) else None
