"""Bases with the musl C library."""

from __future__ import annotations

from typing import Final

from jettison.knowledge._compiled import MUSL_BASES
from jettison.knowledge.bases import is_full

ALPINE: Final[str] = MUSL_BASES["alpine"]["image"]
ALPINE_BYTES: Final[int] = MUSL_BASES["alpine"]["bytes"]
HOLDS: Final = frozenset(MUSL_BASES["alpine"]["holds"])
C_LIBRARY: Final[tuple[str, ...]] = tuple(MUSL_BASES["alpine"]["c_library"])
APK: Final[dict[str, str]] = MUSL_BASES["alpine"]["apk"]
_RELEASES: Final = ("bookworm", "bullseye", "trixie", "buster", "stretch")


def musl_tag(name: str, tag: str | None) -> str | None:
    """Return the tag of the musl form of a full image, or None where there is none that is surely the same version."""
    suffix = MUSL_BASES["families"].get(name)
    if suffix is None or not is_full(name, tag):
        return None
    version, _, release = (tag or "latest").rpartition("-")
    if release in _RELEASES:
        tag = version
    if tag in (None, "", "latest"):
        return str(suffix)
    return f"{tag}-{suffix}" if str(tag)[0].isdigit() else None


def apk_add(packages: list[str]) -> str:
    """Return the RUN that installs packages, "" for none."""
    return f"RUN apk add --no-cache {' '.join(packages)}\n" if packages else ""
