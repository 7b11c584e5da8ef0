"""Bytes with several names (hard links) count once, under the first of the names."""

from __future__ import annotations

from collections.abc import Container
from typing import Protocol


class Named(Protocol):
    """An entry of an image. original: of a hard link, the entry whose bytes it shares."""

    @property
    def original(self) -> Named | None: ...


class Contents:
    """The contents that were met so far; entries must live as long, for they are known by their identity.

    shared: identities of the entries that have a further name, so that nothing is noted of all others.
    """

    __slots__ = ("_met", "_shared")

    def __init__(self, shared: Container[int] | None = None) -> None:
        self._shared = shared
        self._met: set[int] = set()

    def is_new(self, entry: Named) -> bool:
        """Return whether the bytes of an entry were met under no other name yet, and note them."""
        content = id(entry.original or entry)
        if self._shared is not None and content not in self._shared:
            return True
        if content in self._met:
            return False
        self._met.add(content)
        return True
