"""Families of base images: which are full, which have a slim form, and about how large they are."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import BASE_IMAGES

FAMILIES: Final[dict[str, Any]] = BASE_IMAGES
_SMALL: Final = (
    "slim",
    "alpine",
    "distroless",
    "nanoserver",
    "windowsservercore",
    "jre",
    "minimal",
    "busybox",
)

_CHAINGUARD_SHELLS: Final = frozenset(("wolfi-base", "bash", "busybox", "git", "curl", "sdk"))


def is_full(name: str, tag: str | None) -> bool:
    """Return whether this image is the full form of its family."""
    return name in FAMILIES and not any(mark in (tag or "") for mark in _SMALL)


def slim_tag(name: str, tag: str | None) -> str | None:
    """Return the tag of the slim form, or None where the family has none or this is one already."""
    family = FAMILIES.get(name)
    if family is None or not family["slim"] or not is_full(name, tag):
        return None
    if not tag or tag == "latest":
        return "stable-slim" if name == "debian" else "slim"
    return (
        f"{tag}-slim"
        if not tag.endswith(("bookworm", "bullseye", "trixie")) or name == "debian"
        else _before_release(tag)
    )


def _before_release(tag: str) -> str:
    version, _, release = tag.rpartition("-")
    return f"{version}-slim-{release}" if version else f"slim-{release}"


def has_no_shell(name: str, tag: str | None) -> bool:
    """Return whether an image surely holds no /bin/sh."""
    tag = tag or ""
    if name.startswith("gcr.io/distroless/"):
        return "debug" not in tag
    if name.startswith("cgr.dev/chainguard/"):
        return "dev" not in tag and name.rsplit("/", 1)[-1] not in _CHAINGUARD_SHELLS
    if name.startswith("mcr.microsoft.com/dotnet/"):
        return "chiseled" in tag or "distroless" in tag
    return name == "scratch"
