"""Whether the user that an image runs as may still write where it might: no request need ask for it in the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.image.accounts import find_user
from jettison.proof.claims import PROVEN, REFUTED, Claim

if TYPE_CHECKING:
    from jettison.image.image import FileEntry, Image

MAX_EVIDENCE: Final = 5
# What the engine mounts anew in every container.
_MOUNTED: Final = frozenset(("dev", "proc", "sys"))


def writable_claim(before: Image, after: Image) -> Claim | None:
    """Return the claim about the folders that both images hold and the working folder; None for root, or another user."""
    old, new = find_user(before), find_user(after)
    if old is None or new is None or not old[0] or old[0] != new[0]:
        return None
    lost = []
    number = 0
    workdir = before.config.workdir.strip("/")
    for path, entry in before.files.items():
        if entry.kind != "dir" or not _may_write(entry, *old) or path.split("/", 1)[0] in _MOUNTED:
            continue
        now = after.files.get(path)
        if now is None and path != workdir:
            continue
        number += 1
        if now is None or now.kind != "dir" or not _may_write(now, *new):
            lost.append(f"/{path}")
    if not number:
        return None
    title = "its user may write to the same folders"
    if lost:
        more = [f"and {len(lost) - MAX_EVIDENCE} more"] if len(lost) > MAX_EVIDENCE else []
        seen = [f"{path} cannot be written any more" for path in sorted(lost)[:MAX_EVIDENCE]]
        return Claim("writable", title, REFUTED, (*seen, *more), ("multi-stage",))
    return Claim("writable", title, PROVEN, (f"{number} folders, as {before.config.user}",))


def _may_write(entry: FileEntry, uid: int, gids: frozenset[int]) -> bool:
    if uid == entry.uid:
        return bool(entry.mode & 0o200)
    return bool(entry.mode & (0o020 if entry.gid in gids else 0o002))
