"""Where the files of a tar lie in its bytes: those whose name or first bytes say that they need a look of their own.

The text of all of them is searched as it stands: in a tar it is not changed.

Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from jettison.named_tuple import NamedTuple

BLOCK: Final = 512
# First bytes of a file that it is asked with.
HEAD: Final = 32
MAX_MEMBERS: Final = 50_000
_MAX_NAME: Final = 4096
_FILES: Final = (b"0", b"\0")
_LONG_NAME: Final = b"L"


class Member(NamedTuple):
    """One file: name without leading slash; start, end: of its bytes."""

    name: str
    start: int
    end: int


def is_tar(data: bytes) -> bool:
    """Return whether bytes begin with the header of a tar."""
    return data[257:262] == b"ustar"


def tar_members(data: bytes, wanted: Callable[[str, bytes], bool]) -> Iterator[Member]:
    """Yield the files of which `wanted`, asked with name and first bytes, wants a look; the rest of a damaged tar is none."""
    at, long_name = 0, b""
    for _ in range(MAX_MEMBERS):
        header = data[at : at + BLOCK]
        size = _size(header[124:136])
        if len(header) < BLOCK or header[257:262] != b"ustar" or size < 0:
            return
        start = at + BLOCK
        end = min(start + size, len(data))
        kind = header[156:157]
        if kind in _FILES:
            name = _name(header, long_name)
            if wanted(name, data[start : min(start + HEAD, end)]):
                yield Member(name, start, end)
        long_name = data[start : min(end, start + _MAX_NAME)] if kind == _LONG_NAME else b""
        at = start + (size + BLOCK - 1) // BLOCK * BLOCK


def _name(header: bytes, long_name: bytes) -> str:
    name = (long_name or header[:100]).partition(b"\0")[0]
    prefix = b"" if long_name or header[257:263] != b"ustar\0" else header[345:500].partition(b"\0")[0]
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "replace").removeprefix("./").lstrip("/")


def _size(field: bytes) -> int:
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        return -1
