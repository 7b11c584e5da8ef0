"""The kernel of Linux, by the image that boots: its release.

Source: Linux, Documentation/arch/x86/boot.rst (setup header, kernel_version).
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean

NAME: Final = "linux-kernel"
BOOT_FOLDER: Final = "boot/vmlinuz-"
# The version's text lies in the first part of the file, whose length 16 bits count.
MAX_HEAD: Final = 128 << 10
WANTS: Final = {f"name:{name}": MAX_HEAD for name in ("vmlinuz", "kernel", "bzImage", "zImage")}
_RELEASE: Final = re.compile(rb"\d[\w.+~-]{0,100}")


def wanted(path: str) -> bool:
    """Return whether a file of that name is read."""
    return True


def read(path: str, data: bytes) -> list[Package]:
    """Return the kernel, nothing for what does not begin as one of x86 does: others do not state their release there."""
    if data[0x202:0x206] != b"HdrS":
        return []
    start = int.from_bytes(data[0x20E:0x210], "little") + 0x200
    release = _RELEASE.match(data, start)
    return [Package("generic", NAME, clean(release[0].decode("ascii")), path=path)] if release else []


def without_repeats(packages: list[Package]) -> list[Package]:
    """Return packages with each kernel once: its image and all modules of its tree name it."""
    found: dict[str, Package] = {}
    rest: list[Package] = []
    for package in packages:
        if package.type != "generic" or package.name != NAME:
            rest.append(package)
            continue
        known = found.get(package.version)
        # The image stands for it, and the folder of the modules is its own.
        if known is None:
            found[package.version] = package
        elif known.folder and not package.folder:
            found[package.version] = package._replace(folder=known.folder, licences=known.licences)
        elif package.folder and not known.folder:
            found[package.version] = known._replace(folder=package.folder, licences=package.licences)
    return rest + list(found.values()) if found else packages
