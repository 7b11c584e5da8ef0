"""Files in memory as a pass over an image would hand them to the inventory."""

from __future__ import annotations

from jettison.image.image import FileEntry
from jettison.inventory.collect import HEAD, collect, is_large, read_large, wants, wants_program
from jettison.inventory.inventory import Inventory
from jettison.inventory.package import Package


def inventory(contents: dict[str, bytes], links: dict[str, str] | None = None) -> Inventory:
    """Return the inventory of the files; programs are whatever lies in a bin folder."""
    files = {path: FileEntry("file", len(data), 0o644, 0, 0, "", 0) for path, data in contents.items()}
    files |= {path: FileEntry("link", 0, 0o777, 0, 0, target, 0) for path, target in (links or {}).items()}
    kept: dict[str, bytes] = {}
    found: dict[str, list[Package]] = {}
    for path, data in contents.items():
        wanted = wants(path, len(data), 0o755 if "bin/" in path else 0o644)
        if wanted and is_large(path):
            found[path] = read_large(path, data[:wanted])
        elif wanted == HEAD < len(data):
            if wants_program(len(data), data[:HEAD]):
                found[path] = read_large(path, data)
        elif wanted:
            kept[path] = data[:wanted]
    return collect(kept, files, None, found)
