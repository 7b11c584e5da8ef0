"""Extensions and packages that pecl and pear installed: one serialized record for each in the registry.

Source: PEAR, PEAR/Registry.php (file layout); PHP manual, serialize().
"""

from __future__ import annotations

import re
from typing import Any, Final

from jettison.inventory.package import Package
from jettison.inventory.php_serialized import unserialized
from jettison.inventory.text import clean, mapping

WANTS: Final = {"suffix:.reg": 4 << 20}
_PATH: Final = re.compile(r"(?:^|/)\.registry/(?:\.channel\.[\w.-]{1,200}/)?[^/]{1,200}\.reg\Z")
_MAX_FILES: Final = 50_000
_DEFAULT: Final = "pear.php.net"


def wanted(path: str) -> bool:
    """Return whether the file is a record of the registry."""
    return _PATH.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the package with the files that it installed."""
    stated = mapping(unserialized(data))
    # Packages in the format of before 2004 have the version as a text.
    version = stated.get("version")
    name = clean(stated.get("name") or stated.get("package"), 200)
    release = clean(mapping(version).get("release") if isinstance(version, dict) else version, 200)
    if not name or not release:
        return []
    licence = stated.get("license")
    text = clean(mapping(licence).get("_content") if isinstance(licence, dict) else licence, 200)
    return [
        Package(
            "pear", name, release, namespace=clean(stated.get("channel"), 200) or _DEFAULT,
            licences=(text,) if text else (), files=_files(stated.get("filelist")), path=path,
        )
    ]  # fmt: skip


def _files(listed: Any) -> tuple[str, ...]:
    found = (clean(mapping(one).get("installed_as"), 4096) for one in list(mapping(listed).values())[:_MAX_FILES])
    return tuple(path.lstrip("/") for path in found if path and ".." not in path.split("/"))
