"""Packages of the Nix store: a folder for each output, named by a hash, the name and the version.

Source: Nix manual, "Store path"; Nixpkgs manual, "Package naming" and "Multiple-output packages".
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean

STORE: Final = "nix/store"
_MAX_PATHS: Final = 100_000
_UNSTABLE: Final = r"unstable-\d{4}-\d{2}-\d{2}"
# Nix's base 32 has no e, o, t and u. The version begins where a digit first follows a hyphen.
_PATH: Final = re.compile(
    rf"([0-9a-df-np-sv-z]{{32}})-([\w+.?=-]{{1,200}}?)-((?:\d|{_UNSTABLE})[\w+.?=-]{{0,100}}?)(?:-([a-z]{{1,30}}))?\Z",
    re.ASCII,
)
# What ends a version and is no output.
_STAGES: Final = frozenset(("alpha", "beta", "pre", "rc", "snapshot"))


def read_store(paths: Collection[str]) -> list[Package]:
    """Return the packages whose folders are in the store, by the visible paths of an image.

    The path of each is its folder's, or where that is no entry of its own the first file's in it.
    """
    prefix = f"{STORE}/"
    start = len(prefix)
    # What has nothing below it is a file: a source, a patch, a derivation.
    folders: dict[str, str] = {}
    for path in paths:
        if path.startswith(prefix):
            folder, below, _ = path[start:].partition("/")
            if below and folder not in folders and len(folders) < _MAX_PATHS:
                folders[folder] = path
    found = ((read_name(name), path) for name, path in folders.items())
    return [
        package if package.path in paths else package._replace(path=path)
        for package, path in found
        if package is not None
    ]


def read_name(name: str) -> Package | None:
    """Return the package of a folder of the store by its name, None for one without a version."""
    match = _PATH.match(name)
    if match is None:
        return None
    version, output = match[3], match[4] or ""
    if output in _STAGES:
        version, output = f"{version}-{output}", ""
    place = f"{STORE}/{name}"
    qualifiers = [("outputhash", match[1])] + ([("output", output)] if output else [])
    return Package(
        "nix", clean(match[2]), clean(version), path=place, qualifiers=tuple(sorted(qualifiers)), folder=place
    )
