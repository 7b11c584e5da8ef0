"""Applications of Erlang and Elixir, as a release or a build has them: the resource file in the folder ebin of each.

Source: Erlang/OTP documentation, app(4); Mix documentation, "mix release"; purl specification, type hex.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.package import Package
from jettison.inventory.text import clean, decoded
from jettison.knowledge.erlang_applications import OWN_APPLICATIONS

WANTS: Final = {"suffix:.app": 1 << 20}
# NAME/ebin/NAME.app, NAME-VERSION/ebin/NAME.app
_PATH: Final = re.compile(r"(?:^|/)([a-z][\w@]{0,100})(?:-[^/]{1,100})?/ebin/\1\.app\Z", re.ASCII)
_HEAD: Final = re.compile(r"\{\s{0,100}application\s{0,100},\s{0,100}'?([a-z][\w@]{0,100})'?\s{0,100},", re.ASCII)
_VERSION: Final = re.compile(r"\{\s{0,100}vsn\s{0,100},\s{0,100}\"([^\"\n]{1,100})\"\s{0,100}\}")
_LICENCES: Final = re.compile(r"\{\s{0,100}licenses\s{0,100},\s{0,100}\[([^\]]{1,400})\]")
_TEXT: Final = re.compile(r"\"([^\"\n]{1,80})\"")


def wanted(path: str) -> bool:
    """Return whether the file is the resource file of an application of somebody else than Erlang and Elixir."""
    place = _PATH.search(path)
    return place is not None and place[1] not in OWN_APPLICATIONS


def read(path: str, data: bytes) -> list[Package]:
    """Return the application, none without a version."""
    text = decoded(data)
    head, version = _HEAD.search(text), _VERSION.search(text)
    if head is None or version is None or not clean(version[1]):
        return []
    stated = _LICENCES.search(text)
    licences = tuple(sorted({clean(one, 80) for one in _TEXT.findall(stated[1])} - {""})) if stated else ()
    folder = path.rpartition("/ebin/")[0]
    return [Package("hex", head[1], clean(version[1]), licences=licences, path=path, folder=folder)]
