"""Users of base images: who runs by default, and how to add one."""

from __future__ import annotations

from typing import Any, Final

from jettison.knowledge._compiled import USERS

_FACTS: Final[dict[str, Any]] = USERS
DROPS_ROOT: Final = frozenset(USERS["drops_root"]["programs"])
HELPERS: Final[tuple[str, ...]] = tuple(USERS["drops_root"]["helpers"])
_OTHER: Final = ("windows", "nanoserver", "oracle", "ubi", "-ol", "centos", "amazon", "busybox", "distroless")


def runs_as_non_root(name: str, tag: str | None) -> bool:
    """Return whether the image is known to have a default user that is not root."""
    facts = _FACTS["non_root"]
    if name in facts["names"] or name.startswith(tuple(facts["prefixes"])):
        return True
    return any(mark in f"{name}:{tag or ''}" for mark in facts["marks"])


def ready_user(name: str) -> tuple[str, str] | None:
    """Return the name and the numbers (user and group) of the ordinary user that the image holds already."""
    user = _FACTS["ready"].get(name) if name != "source" else None
    return (user[0], user[1]) if user else None


def family(name: str, tag: str | None) -> str | None:
    """Return "debian", "alpine" or "empty" for a base whose tools are known, else None."""
    if any(mark in (tag or "") for mark in _OTHER):
        return None
    found = next((f for f in ("debian", "alpine", "empty") if name in _FACTS["family"][f]), None)
    return "alpine" if found == "debian" and "alpine" in (tag or "") else found


def add_user(family_name: str, number: int) -> str:
    """Return the RUN that adds a user `app` in a "debian" or "alpine" image."""
    text: str = _FACTS["add"][family_name]
    return text.format(id=number)
