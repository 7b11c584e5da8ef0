"""Go's order of versions: modules with pseudo-versions, and the toolchain's own go1.21rc2.

A pseudo-version sorts as a pre-release, which its form was made for; "(devel)" has no place in the order.

Source: Go modules reference, "Versions" and "Pseudo-versions"; go.dev/doc/toolchain, "Go versions".
"""

from __future__ import annotations

import re
from typing import Any, Final

from jettison.vulnerabilities.versions import semver

_TOOLCHAIN: Final = re.compile(r"(?:go)?(\d+(?:\.\d+)*)(?:(alpha|beta|rc)(\d+))?(?:[ +-].*)?\Z")


def key(text: str) -> Any:
    """Return the sort key."""
    if text.startswith("go") or re.search(r"\d(?:alpha|beta|rc)\d", text):
        match = _TOOLCHAIN.match(text)
        if match is None:
            return None
        before = f"-{match[2]}.{match[3]}" if match[2] else ""
        text = f"{match[1]}{before}"
    return semver.key(text)
