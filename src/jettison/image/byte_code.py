"""Byte code of installed Python packages that was compiled from the source beside it: it says nothing that this does not.

CPython writes into byte code when the source was changed last, and its size. Where both are those of the source in the
same layer, the source is searched in its place; what has no source, or another one, is searched itself. So is the byte
code of everybody's own programs: two halves of a secret that the source joins are whole in there.

Source: PEP 3147 and PEP 488 (names), PEP 552 (the header).
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from jettison.inventory.numbered import FILE

if TYPE_CHECKING:
    from jettison.image.columns import Columns
    from jettison.secretscan.run import Placed

SUFFIX: Final = ".pyc"
_HEADER: Final = struct.Struct("<4xIII")
# Bytes of the header.
HEAD: Final = _HEADER.size
_PACKAGES: Final = re.compile(
    r"((?:.*/)?lib/python3[0-9.]*/.*)__pycache__/([^/.]+)\.[a-z]+-?[0-9]+(?:\.opt-[12])?\.pyc", re.DOTALL
)


class ByteCode:
    """Byte code in the order of a tar whose sources may still come."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[str, int, int, Placed]] = []

    def waits(self, file: Placed, head: bytes) -> bool:
        """Return whether a file's search can wait for its source; head: its first HEAD bytes, file.at: in the map."""
        match = _PACKAGES.fullmatch(file.path)
        if match is None or len(head) < HEAD:
            return False
        flags, mtime, size = _HEADER.unpack(head)
        # Other flags: a digest of the source stands there.
        if flags:
            return False
        self._waiting.append((f"{match[1]}{match[2]}.py", mtime, size, file))
        return True

    def without_source(self, columns: Columns) -> list[Placed]:
        """Return what has to be searched after all; columns: of all entries of the tar, or of a part of it."""
        stated = self._stated(columns)
        return [file for source, mtime, size, file in self._waiting if stated[source] != (mtime, size)]

    def with_source(self, columns: Columns) -> list[Placed]:
        """Return the others, whose sources say all that is in them; columns: of all entries of the tar."""
        stated = self._stated(columns)
        return [file for source, mtime, size, file in self._waiting if stated[source] == (mtime, size)]

    def _stated(self, columns: Columns) -> dict[str, tuple[int, int]]:
        """Return the time and size of each source that is waited for, of one that is not there such as no file has."""
        if not self._waiting:
            return {}
        stated = dict.fromkeys((source for source, *_ in self._waiting), (-1, -1))
        for name, kind, mtime, size in zip(columns.names, columns.kinds, columns.mtimes, columns.sizes, strict=True):
            if name in stated:
                stated[name] = (mtime, size) if kind == FILE else (-1, -1)
        return stated
