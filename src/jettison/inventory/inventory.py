"""What an image holds: its packages, who owns which file, and its distribution."""

from __future__ import annotations

from collections.abc import Mapping

from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package
from jettison.named_tuple import NamedTuple


class FolderSum(NamedTuple):
    """The visible files of one layer in one folder, not below it; a folder may have several sums, which add up.

    files: their number, empty ones included; full: of those with content; bytes: of all of them.
    unowned, unowned_bytes: the same of those with content that no package owns.
    """

    folder: str
    layer: int
    files: int
    full: int
    bytes: int
    unowned: int
    unowned_bytes: int


class Inventory(NamedTuple):
    """The packages of an image.

    packages: in order of type, name, version, path.
    owner_of: path of a visible file -> index of the package that owns it.
    bytes_of: bytes of the visible files of each package, in the order of packages.
    unowned: bytes of the visible files that belong to no package.
    dropped: language packages whose metadata a distribution's package owns, as (package, index of the owner):
        the distribution patches and numbers them, so only its own package says what is fixed.
    folders: the visible files by folder and layer.
    """

    packages: tuple[Package, ...]
    release: OsRelease | None = None
    owner_of: Mapping[str, int] = {}
    bytes_of: tuple[int, ...] = ()
    unowned: int = 0
    dropped: tuple[tuple[Package, int], ...] = ()
    folders: tuple[FolderSum, ...] = ()

    def owner(self, path: str) -> Package | None:
        """Return the package that owns a visible path."""
        index = self.owner_of.get(path)
        return None if index is None else self.packages[index]
