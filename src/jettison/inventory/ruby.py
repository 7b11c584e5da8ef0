"""Ruby gems: the specifications that RubyGems writes when it installs one.

Source: RubyGems guides, "Specification reference"; the files are generated, so their form is fixed.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded

WANTS: Final = {"suffix:.gemspec": 1 << 20}
_FOLDER: Final = re.compile(r"(?:^|/)specifications/(?:default/)?[^/]+\.gemspec\Z")
_FIELD: Final = re.compile(
    r"^[ \t]{0,16}\w{1,32}\.(name|version|platform)[ \t]{0,16}=[ \t]{0,16}(?:Gem::Version\.new\()?[\"']([^\"'\n]{1,200})[\"']",
    re.MULTILINE,
)
_LICENCES: Final = re.compile(r"^[ \t]{0,16}\w{1,32}\.licenses?[ \t]{0,16}=[ \t]{0,16}([^\n]{1,400})", re.MULTILINE)
_STRING: Final = re.compile(r"[\"']([^\"'\n]{1,400})[\"']")


def wanted(path: str) -> bool:
    """Return whether the gemspec is one of an installed gem."""
    return _FOLDER.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the gem with its version."""
    text = decoded(data)
    fields: dict[str, str] = {}
    for key, value in _FIELD.findall(text):
        fields.setdefault(key, value)
    name, version = clean(fields.get("name")), clean(fields.get("version"))
    if not name or not version:
        return []
    stated = _LICENCES.search(text)
    licences = tuple(sorted({clean(one, 80) for one in _STRING.findall(stated[1])})) if stated else ()
    home = "" if "/specifications/default/" in path else f"{path[: path.rfind('specifications/')]}gems/{name}-{version}"
    return [Package("gem", name, version, licences=licences, path=path, folder=home)]
