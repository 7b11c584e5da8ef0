"""Bytes with several names (hard links) count once, under the first of the names."""

from __future__ import annotations

from typing import Protocol


class Named(Protocol):
    """An entry of an image. original: of a hard link, the entry whose bytes it shares."""

    @property
    def original(self) -> Named | None: ...


class Contents:
    """The contents that were met so far; entries must live as long, for they are known by their identity."""

    __slots__ = ("_met",)

    def __init__(self) -> None:
        self._met: set[int] = set()

    def is_new(self, entry: Named) -> bool:
        """Return whether the bytes of an entry were met under no other name yet, and note them."""
        content = id(entry.original or entry)
        if content in self._met:
            return False
        self._met.add(content)
        return True
