"""Python's order of versions (PEP 440), by the library that pip uses."""

from __future__ import annotations

from typing import Any


def key(text: str) -> Any:
    """Return the version itself, which sorts."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(text)
    except InvalidVersion:
        return None
