"""Images that hold a development kit, and what is enough to run what it built."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import SDK_IMAGES

_BY_NAME: Final[dict[str, Any]] = {name: facts for facts in SDK_IMAGES.values() for name in facts["names"]}


def development_kit(name: str, tag: str | None) -> dict[str, Any] | None:
    """Return the facts of the development kit that an image holds, or None."""
    facts: dict[str, Any] | None = _BY_NAME.get(name)
    if facts is None or ("slim" in (tag or "") and name == "swift"):
        return None
    return facts if not facts["marks"] or any(mark in (tag or "") for mark in facts["marks"]) else None


def kit_bytes(facts: dict[str, Any], tag: str | None) -> int:
    """Return about how many bytes of an image its development kit takes."""
    small = "slim" in (tag or "") or "alpine" in (tag or "")
    return int(facts.get("small_bytes", facts["bytes"]) if small else facts["bytes"])
