"""A small Debian image to scan."""

from __future__ import annotations

from image.archives import tar_of

STATUS = b"""Package: libcurl4
Status: install ok installed
Version: 7.88.1-10+deb12u5
Architecture: amd64
Source: curl

Package: curl
Status: install ok installed
Version: 7.88.1-10+deb12u5
Architecture: amd64
"""
BASE = tar_of(
    (
        "etc/os-release",
        "file",
        b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\nHOME_URL="https://www.debian.org/"\n',
    ),
    ("var/lib/dpkg/status", "file", STATUS),
)


def metadata(name: str, version: str) -> tuple[str, str, bytes]:
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: a package for tests\n"
    return f"usr/lib/python3/site-packages/{name}-{version}.dist-info/METADATA", "file", text.encode()
