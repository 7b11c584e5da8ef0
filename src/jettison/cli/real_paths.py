"""Paths without symbolic links, for many files: each folder is looked at once."""

from __future__ import annotations

import os
from typing import Final

_MAX_DEPTH: Final = 100


class RealPaths:
    """What `os.path.realpath` returns, at one look for each file and each folder instead of one for each part."""

    __slots__ = ("_folders",)

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def real(self, path: str) -> str:
        """Return the path of a file or folder without symbolic links."""
        folder, name = os.path.split(path)
        if name in ("", os.curdir, os.pardir) or path.count(os.sep) > _MAX_DEPTH or os.path.islink(path):
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = self.real(folder)
        return os.path.join(self._folders[folder], name)
