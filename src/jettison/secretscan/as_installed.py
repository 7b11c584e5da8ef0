"""Whether a distribution's package brought the file as it is in a layer, or somebody changed it there afterwards.

Package managers give what they unpack the times it has in the package. So what is younger than the list of its package,
or, where there is no list for each, than the database, was changed after the installation; and so was what a layer
holds that installed nothing, unless it is a copy of what a layer below holds (as chmod and chown make them).

Source: dpkg(1), "FILES"; apk-package(5); rpm(8); pacman(8); portage(5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.inventory import apk, dpkg, opkg, pacman, portage, rpm

if TYPE_CHECKING:
    from jettison.image.collect import LayerFacts
    from jettison.image.image import FileEntry, Image
    from jettison.inventory.package import Package


def as_installed(image: Image, number: int, path: str, owner: Package) -> bool:
    """Return whether the file of a layer is as its owner, a distribution's package, brought it; so where nothing tells."""
    records = _records(owner)
    if not any(record in facts.entries for facts in image.facts for record in records):
        return True
    entry = image.facts[number].entries.get(path)
    for facts in image.facts[number::-1]:
        below = facts.entries.get(path)
        if entry is None or below is None:
            continue
        if (below.size, below.check) != (entry.size, entry.check):
            return False
        if _is_as_old(below, facts, records):
            return True
    return False


def _is_as_old(entry: FileEntry, facts: LayerFacts, records: tuple[str, ...]) -> bool:
    # No older: where a builder cut all times to one, nothing tells them apart.
    return any(record in facts.entries and entry.mtime <= facts.entries[record].mtime for record in records)


def _records(owner: Package) -> tuple[str, ...]:
    """Return the files that an installation of the package writes."""
    if owner.type == "apk":
        return apk.DATABASES
    if owner.type == "rpm":
        return rpm.DATABASES
    if owner.type in (pacman.TYPE, portage.TYPE):
        return (owner.path,)
    if owner.type == opkg.TYPE:
        return (opkg.listing_path(owner),)
    return tuple(f"{dpkg.INFO_FOLDER}{name}.list" for name in (owner.name, f"{owner.name}:{owner.arch}"))
