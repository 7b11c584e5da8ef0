"""Which Debian packages own the shared libraries that a project's own compiled files need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.image.accounts import owners
from jettison.proof.closure import Libraries

if TYPE_CHECKING:
    from jettison.image.image import Image

_PREFIXES: Final = ("/site-packages/", "/dist-packages/", "/node_modules/")
_ALWAYS_THERE: Final = frozenset(("libc6", "libgcc-s1"))


def runtime_packages(image: Image) -> tuple[str, ...]:
    """Return the packages, sorted; those that every Debian image has are left out.

    Files that a Debian package owns are not the project's own and are passed over.
    """
    owner = owners(image)
    if not owner:
        return ()
    libraries = Libraries(image)
    found = set()
    for path, elf in image.elves.items():
        if path in owner or not any(prefix in f"/{path}" for prefix in _PREFIXES):
            continue
        for name in elf.needed:
            real = libraries.locate(path, elf, name)
            if real in owner:
                found.add(owner[real])
    return tuple(sorted(found - _ALWAYS_THERE))
