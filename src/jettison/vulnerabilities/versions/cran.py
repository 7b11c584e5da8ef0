"""R's order of versions: whole numbers between points and hyphens, which are the same; zeros at the end do not count.

Source: Writing R Extensions, 1.1.1 "The DESCRIPTION file"; the operators of R's numeric_version.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(r"\d+(?:[.-]\d+)*\Z", re.ASCII)


def key(text: str) -> Any:
    """Return the sort key."""
    if not _VERSION.match(text):
        return None
    numbers = [int(number) for number in text.replace("-", ".").split(".")]
    while numbers[-1] == 0 and len(numbers) > 1:
        numbers.pop()
    return tuple(numbers)
