"""How much package data a layer may hold: a database of any real size is read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from inventory import samples
from jettison.image.collect import MAX_KEPT, InventoryCollector
from jettison.image.inspection import inventory_of
from jettison.image.source import open_image

from .archives import old_layout, tar_of


def test_a_large_database_of_rpm_is_read_whole(tmp_path: Path) -> None:
    """Those of Fedora and Red Hat have tens of megabytes: headers hold changelogs, signatures and scripts."""
    place = tmp_path / "rpmdb.sqlite"
    place.write_bytes(samples.rpm_sqlite())
    with sqlite3.connect(place) as base:
        base.execute("insert into Packages (hnum, blob) values (999, zeroblob(?))", (MAX_KEPT,))
    base.close()
    small = tar_of(("etc/os-release", "file", b"ID=rocky\nVERSION_ID=9.3\n"), ("usr/x", "file", b"x"))
    layer = tar_of(("var/lib/rpm/rpmdb.sqlite", "file", place.read_bytes()))
    archive = tmp_path / "image.tar"
    archive.write_bytes(old_layout(small, layer))

    image = open_image(str(archive), InventoryCollector(digests=True))
    found = inventory_of(image)
    assert not any(facts.notes for facts in image.facts)
    assert found.packages and {package.type for package in found.packages} == {"rpm"}
    assert all(
        package.purl.startswith("pkg:rpm/rocky/") and "distro=rocky-9.3" in package.purl for package in found.packages
    )
    assert all(package.layer == 1 for package in found.packages)
