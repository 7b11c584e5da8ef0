"""An RPM database with packages of any name, version and release."""

from __future__ import annotations

import struct

from inventory.samples import rpm_ndb

_INT32, _STRING = 4, 6


def header(name: str, version: str, release: str, epoch: int = 0) -> bytes:
    """Return the header of one installed package."""
    values: list[tuple[int, int, bytes]] = [
        (1000, _STRING, name.encode() + b"\0"),
        (1001, _STRING, version.encode() + b"\0"),
        (1002, _STRING, release.encode() + b"\0"),
        (1022, _STRING, b"x86_64\0"),
        (1044, _STRING, f"{name}-{version}-{release}.src.rpm".encode() + b"\0"),
    ]
    if epoch:
        values.append((1003, _INT32, struct.pack(">I", epoch)))
    store, index = b"", b""
    for tag, kind, data in values:
        store += b"\0" * (-len(store) % 4 if kind == _INT32 else 0)
        index += struct.pack(">IIII", tag, kind, len(store), 1)
        store += data
    return struct.pack(">II", len(values), len(store)) + index + store


def database(*packages: tuple[str, str, str, int]) -> bytes:
    """Return a database (ndb) with these packages: name, version, release, epoch."""
    return rpm_ndb([header(*package) for package in packages])
