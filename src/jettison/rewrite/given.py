"""Whether a folder is of those that somebody else than root was given to write in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.image.image import FileEntry

_OTHERS_WRITE: Final = 0o022
_STICKY: Final = 0o1000


def is_given(entry: FileEntry) -> bool:
    """Return whether a folder belongs to another than root or may be written by others; not the shared ones (/tmp)."""
    return bool(entry.uid or entry.gid or entry.mode & _OTHERS_WRITE) and not entry.mode & _STICKY
