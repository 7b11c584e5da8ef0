"""Which files of the built original an ignore file keeps out of the next build."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jettison.model.context import BuildContext, IgnoreFile


def kept_back(context: BuildContext, ignore: IgnoreFile, own: Iterable[str], image: Collection[str]) -> set[str]:
    """Return those of `own` that came with a file that is ignored, or lay empty in a folder all of which is.

    own: paths in the image; image: all of its paths, without leading slash.
    """
    out = [file.path for file in context.files() if ignore.excludes(file.path)]
    sent = {folder for file in context.files() if not ignore.excludes(file.path) for folder in _parents(file.path)}
    ends = tuple(f"/{path}" for path in out)
    # A folder of which nothing is sent -> a file below it, by which its copies in the image are known.
    whole: dict[str, str] = {}
    for path in out:
        folder = next((each for each in _parents(path) if each not in sent), None)
        if folder is not None:
            whole.setdefault(folder, path)
    return {path for path in own if f"/{path}".endswith(ends) or _lies_in(path, whole, image)}


def _lies_in(path: str, whole: dict[str, str], image: Collection[str]) -> bool:
    inside = f"/{path}/"
    for folder, known in whole.items():
        root, found, _ = inside.partition(f"/{folder}/")
        if found and f"{root}/{known}".lstrip("/") in image:
            return True
    return False


def _parents(path: str) -> list[str]:
    """Return the folders of a path, the outermost first."""
    found = []
    while path := posixpath.dirname(path):
        found.append(path)
    return found[::-1]
