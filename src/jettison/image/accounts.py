"""Users of an image and owners of its files: /etc/passwd, /etc/group, dpkg's file lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jettison.image.image import Image


def find_user(image: Image) -> tuple[int, frozenset[int]] | None:
    """Return (uid, gids) that the image runs as, or None when its named user does not exist."""
    name, _, group = image.config.user.partition(":")
    if not name:
        return 0, frozenset((0,))
    row = next((r for r in _rows(image, "etc/passwd") if len(r) > 3 and name in (r[0], r[2]) and _is_number(r[2])), None)
    if row is None and not _is_number(name):
        return None
    uid = int(row[2]) if row else int(name)
    gids = {int(row[3]) if row and _is_number(row[3]) else 0}
    if _is_number(group):
        gids = {int(group)}
    for parts in _rows(image, "etc/group"):
        if len(parts) > 3 and _is_number(parts[2]) and (parts[0] == group or (row and row[0] in parts[3].split(","))):
            gids.add(int(parts[2]))
    return uid, frozenset(gids)


def home_of(image: Image) -> str:
    """Return the home folder of the user that the image runs as, without leading slash; "" for root or where none is said."""
    name = image.config.user.partition(":")[0]
    for row in _rows(image, "etc/passwd"):
        if name and len(row) > 5 and name in (row[0], row[2]):
            return row[5].strip("/") if row[2] != "0" else ""
    return ""


def _rows(image: Image, path: str) -> list[list[str]]:
    """Return the fields of each line of one of the two files, none where it is missing."""
    return [line.split(":") for line in image.texts.get(path, b"").decode("utf-8", "replace").splitlines()]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def owners(image: Image) -> dict[str, str]:
    """Return path without leading slash -> Debian package, from dpkg's lists; /usr-merge aware."""
    found: dict[str, str] = {}
    for name, text in image.texts.items():
        if not name.startswith("var/lib/dpkg/info/"):
            continue
        package = name.rsplit("/", 1)[-1].removesuffix(".list").split(":", 1)[0]
        for line in text.decode("utf-8", "surrogateescape").splitlines():
            path = line.lstrip("/")
            found[path] = package
            if path.startswith(("lib/", "bin/", "sbin/", "lib64/")):
                found[f"usr/{path}"] = package
    return found
