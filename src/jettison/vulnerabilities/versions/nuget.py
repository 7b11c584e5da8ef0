"""NuGet's order of versions: Semantic Versioning with a fourth number, texts compared without case.

Source: learn.microsoft.com/nuget/concepts/package-versioning.
"""

from __future__ import annotations

from typing import Any

from jettison.vulnerabilities.versions import semver


def key(text: str) -> Any:
    """Return the sort key."""
    return semver.key(text.lower())
