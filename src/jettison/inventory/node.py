"""Node packages: package.json files with a name and a version.

Source: npm documentation, "package.json".
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, mapping, read_json, sequence

WANTS: Final = {"name:package.json": 1 << 20}
_NAME: Final = re.compile(r"(?:@[A-Za-z0-9._~!'()*-]+/)?[A-Za-z0-9._~!'()*-]+\Z")
# Inside another package, these folders hold samples that nobody installed.
_SAMPLES: Final = re.compile(r"/node_modules/(?:.*/)?(?:tests?|__tests__|fixtures?|examples?)/")


def wanted(path: str) -> bool:
    """Return whether the file is a package's own."""
    return True


def is_sample(path: str) -> bool:
    """Return whether the file is a sample or a test's input inside another package."""
    return _SAMPLES.search(f"/{path}") is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package, none without a name or a version."""
    manifest = mapping(read_json(data))
    name, version = clean(manifest.get("name"), 214), clean(manifest.get("version"))
    if not _NAME.match(name) or not version or is_sample(path):
        return []
    return [Package("npm", name, version, licences=_licences(manifest), path=path, folder=_folder(path))]


def _folder(path: str) -> str:
    """Return the folder that npm unpacked the package into; an application's own folder is not one."""
    folder = path.rpartition("/")[0]
    return folder if "/node_modules/" in f"/{folder}" else ""


def _licences(manifest: dict[str, object]) -> tuple[str, ...]:
    stated = [manifest.get("license"), *sequence(manifest.get("licenses"))[:16]]
    names = (clean(mapping(one).get("type") if isinstance(one, dict) else one, 200) for one in stated)
    return tuple(sorted({name for name in names if name}))
