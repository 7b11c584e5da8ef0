"""One package that an image holds."""

from __future__ import annotations

from typing import Final

from jettison.inventory.purl import build_purl
from jettison.named_tuple import NamedTuple

# What a distribution packages is patched and numbered by it.
DISTRIBUTION_TYPES: Final = frozenset(("deb", "apk", "rpm", "alpm", "ebuild", "opkg"))


class Package(NamedTuple):
    """A package as its own metadata states it.

    type: the purl type (deb, apk, rpm, alpm, ebuild, opkg, nix, pypi, npm, golang, cargo, maven, gem, composer, nuget, cran,
        hex, conda, conan, luarocks, pear, wordpress, bitnami, generic).
    name: as people write it; for npm, golang, composer and ebuild with its scope, host, vendor or category.
    source_name, source_version: what the distribution built it from ("" = the same as the package).
    files: paths that it owns, without leading slash, as its metadata lists them.
    folder: without leading slash; what is below it and of no other package is its own too, "" for none.
    path: the file it was read from; layer: number of the layer of that file, None while unknown.
    qualifiers: further purl qualifiers (distro, epoch, ...), sorted.
    installed_bytes: what the metadata says that it takes, 0 when it does not say.
    noted: whether only a note in its own files names it, not the list of a package manager.
    """

    type: str
    name: str
    version: str
    namespace: str = ""
    arch: str = ""
    source_name: str = ""
    source_version: str = ""
    licences: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    path: str = ""
    layer: int | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()
    installed_bytes: int = 0
    folder: str = ""
    noted: bool = False

    @property
    def purl(self) -> str:
        """Return the canonical package URL."""
        qualifiers = self.qualifiers + ((("arch", self.arch),) if self.arch else ())
        # An RPM's epoch is a qualifier of its own.
        version = self.version.rpartition(":")[2] if self.type == "rpm" else self.version
        return build_purl(self.type, self.name, version, self.namespace, qualifiers)

    @property
    def of_distribution(self) -> bool:
        """Return whether a distribution's package manager installed it."""
        return self.type in DISTRIBUTION_TYPES and not self.noted

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what scanners compare packages by."""
        return self.type, self.name, self.version
