"""The order of versions, one module for each scheme.

Each module has `key(text)`: a value that sorts as the scheme orders versions, None for what is no version of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

MAX_VERSION: Final = 256
SCHEMES: Final = frozenset(
    {"dpkg", "apk", "rpm", "pypi", "semver", "npm", "golang", "maven", "gem", "composer", "nuget", "pacman", "cran"}
)
# npm and crates follow Semantic Versioning to the letter; pacman's order is RPM's.
_SAME: Final = {"npm": "semver", "pacman": "rpm"}


@lru_cache(maxsize=200_000)
def sort_key(scheme: str, version: str) -> Any:
    """Return what sorts versions of a scheme; None when the text is no version or too long to be one."""
    text = version.strip()
    if not text or len(text) > MAX_VERSION:
        return None
    return _reader(scheme)(text)


@lru_cache(maxsize=32)
def _reader(scheme: str) -> Callable[[str], Any]:
    if scheme not in SCHEMES:
        return lambda text: None
    found: Callable[[str], Any] = import_module(f"jettison.vulnerabilities.versions.{_SAME.get(scheme, scheme)}").key
    return found
