"""RPM packages: the database in its three forms, sqlite, ndb and Berkeley DB.

Source: RPM reference manual, "Databases"; the blobs are headers, see rpm_header.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jettison.inventory import rpm_bdb, rpm_ndb
from jettison.inventory.package import Package
from jettison.inventory.rpm_header import read_header

FOLDERS: Final = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
MAX_DATABASE: Final = 512 << 20
WANTS: Final = {
    "name:rpmdb.sqlite": MAX_DATABASE,
    "name:Packages.db": MAX_DATABASE,
    "name:Packages": MAX_DATABASE,
}
DATABASES: Final = tuple(f"{folder}/{key.partition(':')[2]}" for folder in FOLDERS for key in WANTS)
_MAX_PACKAGES: Final = 200_000
_MAX_STEPS: Final = 20_000
_PAGE_HEAD: Final = b"SQLite format 3\0"


def wanted(path: str) -> bool:
    """Return whether this is a package database."""
    return path in DATABASES


def read(path: str, data: bytes) -> list[Package]:
    """Return the installed packages."""
    if bytes(data[:16]) == _PAGE_HEAD:
        blobs = _sqlite_blobs(data)
    elif path.endswith(".db"):
        blobs = rpm_ndb.blobs(data)
    else:
        blobs = rpm_bdb.blobs(data)
    found = []
    for number, blob in enumerate(blobs):
        if number >= _MAX_PACKAGES:
            break
        package = read_header(path, blob)
        if package is not None:
            found.append(package)
    return found


def _sqlite_blobs(data: bytes) -> Iterator[bytes]:
    import sqlite3

    content = bytearray(data)
    # Write-ahead mode (2) needs files beside it; what is in the image is read as it is.
    content[18:20] = b"\1\1"
    base = sqlite3.connect(":memory:")
    steps = 0

    def bounded() -> bool:
        nonlocal steps
        steps += 1
        return steps > _MAX_STEPS

    try:
        base.deserialize(content)
        base.set_progress_handler(bounded, 100_000)
        base.execute("pragma trusted_schema=off")
        # A view of that name could run anything that SQL can.
        kind = base.execute("select type, sql from sqlite_master where name = 'Packages'").fetchone()
        if kind is None or kind[0] != "table" or "virtual" in str(kind[1]).lower():
            return
        for (blob,) in base.execute("select blob from Packages order by hnum"):
            if isinstance(blob, bytes):
                yield blob
    except (sqlite3.Error, ValueError, OverflowError, MemoryError):
        return
    finally:
        base.close()
