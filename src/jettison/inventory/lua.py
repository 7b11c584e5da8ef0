"""Rocks of LuaRocks: the rockspec that lies beside the list of the files in the tree of installed rocks.

Source: LuaRocks, "Rockspec format" and "File locations used by LuaRocks" (rock_manifest).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded

WANTS: Final = {"suffix:.rockspec": 1 << 20, "name:rock_manifest": 1 << 20}
# ROOT/lib/luarocks/rocks-5.1/NAME/VERSION/NAME-VERSION.rockspec
_PATH: Final = re.compile(
    r"(?:((?:^|.*/))lib/luarocks/)?rocks(?:-(\d\.\d))?/([^/]{1,200})/([^/]{1,200})/(?:[^/]{1,300}\.rockspec|rock_manifest)\Z"
)
_FIELD: Final = re.compile(
    r"^[ \t]{0,16}(package|version|license)[ \t]{0,16}=[ \t]{0,16}(?:[\"']([^\"'\n]{1,400})[\"']|\[\[([^\]\n]{1,400})\]\])",
    re.MULTILINE,
)
_TOKEN: Final = re.compile(
    r"(?:\[\"([^\"\n]{1,1000})\"\]|(?<!\w)([A-Za-z_]\w{0,200}+))[ \t]{0,16}=[ \t]{0,16}(?:(\{)|\"[^\"\n]{0,100}\")|(\})"
)
_MAX_FILES: Final = 100_000
_MAX_DEPTH: Final = 32


def wanted(path: str) -> bool:
    """Return whether the file is one of an installed rock."""
    return _PATH.search(path) is not None


def read(path: str, data: bytes) -> list[Package]:
    """Return the rock, without the files that were put elsewhere."""
    fields: dict[str, str] = {}
    for key, quoted, long in _FIELD.findall(decoded(data)):
        fields.setdefault(key, clean(quoted or long, 200))
    name, version = fields.get("package"), fields.get("version")
    if not name or not version:
        return []
    licence = fields.get("license")
    folder = path.rpartition("/")[0]
    return [Package("luarocks", name, version, licences=(licence,) if licence else (), path=path, folder=folder)]


def with_files(package: Package, contents: Mapping[str, bytes]) -> Package:
    """Return the rock with the files that its list says were put where Lua looks for them."""
    listing = f"{package.path.rpartition('/')[0]}/rock_manifest"
    place = _PATH.search(listing)
    if place is None or place[1] is None or listing not in contents:
        return package
    root, version = place[1], place[2] or "5.1"
    folders = {"lua": f"{root}share/lua/{version}", "lib": f"{root}lib/lua/{version}", "bin": f"{root}bin"}
    named = (name.partition("/") for name in file_names(contents[listing]))
    return package._replace(files=tuple(f"{folders[kind]}/{rest}" for kind, _, rest in named if kind in folders))


def file_names(data: bytes) -> Iterator[str]:
    """Yield the paths in a list of files, "lua/socket/http.lua"; it is a table of tables with digests."""
    folders: list[str] = []
    for number, token in enumerate(_TOKEN.finditer(decoded(data))):
        quoted, bare, opens, closes = token.groups("")
        if closes:
            del folders[-1:]
        elif opens:
            folders.append(quoted or bare)
        elif ".." not in quoted.split("/"):
            # The outermost table is the list itself.
            yield "/".join([*folders[1:], quoted or bare])
        if number > _MAX_FILES or len(folders) > _MAX_DEPTH:
            return
