"""Libraries that lie in the package of a needed one and that nothing needs."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from jettison.needs.plugins import expression

if TYPE_CHECKING:
    from jettison.image.image import Image
    from jettison.needs.debian import DebianPackages


def other_libraries(
    image: Image, debian: DebianPackages, packages: Iterable[str], seen: Collection[str]
) -> tuple[str, ...]:
    """Return one expression of the files, with leading slash, or none. packages: of libraries; seen: what is needed."""
    stems: set[str] = set()
    kept = {_stem(path) for path in seen if ".so" in path}
    for package in packages:
        for path in debian.files.get(package, ()):
            if ".so" in path and path not in seen and image.resolve(path) not in seen:
                stems.add(_stem(path))
    names = "|".join(expression(stem) for stem in sorted(stems - kept))
    return (f"^(/usr)?/lib/([^/]+/)?({names})[.]so",) if names else ()


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".so")[0]
