"""Plugins and themes of WordPress, by the comment at the top of their main file.

Named by their folder, as wordpress.org and advisories name them.

Source: WordPress, Plugin Handbook, "Header Requirements"; Theme Handbook, "Main Stylesheet"; get_file_data() reads
8 KiB and takes the first of each field.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded

WANTS: Final = {"suffix:.php": 8192, "name:style.css": 8192}
_FOLDER: Final = "wp-content/"
_PATH: Final = re.compile(
    r"(?:^|/)wp-content/(?:(plugins)/(?:([^/]{1,200})/)?[^/]{1,200}\.php|(themes)/([^/]{1,200})/style\.css)\Z"
)
_FIELD: Final = re.compile(
    r"^(?:[ \t]*<\?php)?[ \t/*#@]{0,40}(Plugin Name|Theme Name|Version|License)[ \t]{0,8}:([^\r\n]{1,400})",
    re.MULTILINE | re.IGNORECASE,
)
_END: Final = re.compile(r"\s*(?:\*/|\?>).*")


def wanted(path: str) -> bool:
    """Return whether the file may be the main one of a plugin or a theme."""
    return _FOLDER in path and _PATH.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the plugin or theme, nothing for a file without such a comment or without a version in it."""
    place = _PATH.search(path)
    if place is None:
        return []
    fields: dict[str, str] = {}
    for key, value in _FIELD.findall(decoded(data[:8192])):
        fields.setdefault(key.lower(), clean(_END.sub("", value), 200))
    kind = place[1] or place[3]
    version = fields.get("version", "")
    if not fields.get("plugin name" if kind == "plugins" else "theme name") or not version:
        return []
    folder, _, base = path.rpartition("/")
    slug = place[2] or place[4]
    licence = fields.get("license", "")
    return [
        Package(
            "wordpress", clean(slug or base.removesuffix(".php"), 200), version, namespace=kind,
            licences=(licence,) if licence else (), path=path, folder=folder if slug else "",
        )
    ]  # fmt: skip
