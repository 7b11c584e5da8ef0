""".NET packages: the dependency file that a build writes beside each program.

Source: .NET SDK documentation, "Runtime configuration file" (dotnet/sdk, "runtime-configuration-file.md").
"""

from __future__ import annotations

from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, mapping, read_json

WANTS: Final = {"suffix:.json": 32 << 20}
_KINDS: Final = ("package", "project", "runtimepack")


def wanted(path: str) -> bool:
    """Return whether the file is a dependency file."""
    return path.endswith(".deps.json")


def read(path: str, data: bytes) -> list[Package]:
    """Return the libraries that the program was published with."""
    found = []
    for key, value in mapping(mapping(read_json(data)).get("libraries")).items():
        name, _, version = key.partition("/")
        if clean(mapping(value).get("type")) not in _KINDS or not name or not version:
            continue
        found.append(Package("nuget", clean(name).removeprefix("runtimepack."), clean(version), path=path))
    return found
