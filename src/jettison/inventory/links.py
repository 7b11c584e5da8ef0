"""Where a path leads inside an image once the links on its way are followed.

Source: path_resolution(7): 40 links at most, ".." of the root is the root.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

MAX_LINKS: Final = 40
# No link of a real image has so many parts; one of a hostile image would cost much time.
MAX_PARTS: Final = 64


class Linked(Protocol):
    """An entry of an image. kind: "link" for symbolic links; link: where it points to."""

    kind: str
    link: str


def followed(path: str, files: Mapping[str, Linked], there: bool = False) -> str | None:
    """Return the path, no leading slash, without links; None where more links follow than a system follows.

    there: None also where a part of the path does not exist; else what follows such a part stays as it is.
    """
    parts = path.split("/")[::-1]
    done = ""
    links = 0
    while parts:
        part = parts.pop()
        if part in ("", "."):
            continue
        if part == "..":
            done = done[: max(done.rfind("/"), 0)]
            continue
        here = f"{done}/{part}" if done else part
        entry = files.get(here)
        if entry is None and there:
            return None
        if entry is None or entry.kind != "link":
            done = here
            continue
        links += 1
        target = entry.link.split("/")
        if links > MAX_LINKS or len(target) > MAX_PARTS:
            return None
        if entry.link.startswith("/"):
            done = ""
        parts += target[::-1]
    return done
