"""Folders that a program makes for itself when it runs, as its sources say by a relative path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jettison.project.tree import Tree

MAX_FOLDERS: Final = 5
_PATH: Final = r"[\"'`](?:\./)?([A-Za-z_][\w-]{0,60}(?:/[\w-]{1,60}){0,4})/?[\"'`]"
# A bounded run of blanks stands on each side, so that a hostile line takes linear time.
_MAKES: Final = re.compile(
    rf"\b(?:os\.mkdir|os\.makedirs|mkdirSync|fs\.mkdir|fs\.promises\.mkdir|mkdirp|mkdirp\.sync|os\.MkdirAll|os\.Mkdir|"
    rf"FileUtils\.mkdir_p|Dir\.mkdir)[ \t]{{0,4}}\(?[ \t]{{0,4}}{_PATH}"
    rf"|\bPath\({_PATH}\)\.mkdir\b"
)


def made_folders(tree: Tree, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return the folders, relative to where the program runs; not those that hold sources."""
    found: dict[str, None] = {}
    for path in sources:
        for match in _MAKES.finditer(tree.text(path)):
            folder = match[1] or match[2]
            if not any(each.startswith(f"{folder}/") for each in sources):
                found[folder] = None
    # One that lies in another is made by the program, which owns that.
    return tuple(one for one in found if not any(one.startswith(f"{other}/") for other in found))[:MAX_FOLDERS]
