"""Who owns what no list of a package holds: by where it lies, and by its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jettison.inventory.package import Package

# What the folder of files that Python compiled ends with.
COMPILED: Final = "/__pycache__"
# Longer paths of folders are looked up anew each time.
_SHORT: Final = 256


class Unlisted:
    """Owners of what no list holds, by where it lies.

    What Python compiled at installation is the owner's of the source. What lies in the folder of a package is the
    innermost such package's.
    """

    __slots__ = ("_folders", "_listed")

    def __init__(self, packages: list[Package], listed: Mapping[str, int]) -> None:
        self._listed = listed
        self._folders: dict[str, int | None] = {"": None}
        for index, package in enumerate(packages):
            if package.folder:
                self._folders.setdefault(package.folder, index)

    def of_folder(self, folder: str) -> int | None:
        """Return the index of the package in whose folder this one lies."""
        return self._folders[folder] if folder in self._folders else _innermost(folder, self._folders)

    def of_compiled(self, path: str, folder: str, otherwise: int | None) -> int | None:
        """Return the owner of what lies in a folder of compiled files, by its source's."""
        if not path.endswith(".pyc"):
            return otherwise
        base = path[len(folder) + 1 :]
        return self._listed.get(f"{folder[: -len(COMPILED)]}/{base.partition('.')[0]}.py", otherwise)


def _innermost(folder: str, owners: dict[str, int | None]) -> int | None:
    """Return the owner of a folder or of the nearest one above it; what is learnt on the way is kept in `owners`."""
    passed = []
    while folder not in owners:
        # Deep trees of a hostile image would make many long names.
        if len(folder) < _SHORT:
            passed.append(folder)
        folder = folder[: max(folder.rfind("/"), 0)]
    owner = owners[folder]
    for each in passed:
        owners[each] = owner
    return owner
