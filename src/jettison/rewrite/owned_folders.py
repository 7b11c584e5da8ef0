"""Folders that belong to another user than root, or that others may write: COPY alone would make them anew as root's."""

from __future__ import annotations

import posixpath
import shlex
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from jettison.image.accounts import home_of
from jettison.rewrite.given import is_given

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jettison.needs.needs import Needs
    from jettison.rewrite.assembly import Assembly
    from jettison.rewrite.taken import Taken

COMMENT: Final = "# Copied folders would be root's: these belong to those who write in them.\n"
# More are no choice of the project's.
MAX_FOLDERS: Final = 200


def owned_folders(job: Assembly, needs: Needs, found: Iterable[Taken], on_base: bool) -> tuple[str, ...]:
    """Return the paths, without leading slash, the outer before the inner.

    found: what the final stage copies, of which folders inside a copied one keep their owner; on_base: its base has
    those that the original's has.
    """
    places = [posixpath.join(job.config.workdir, "").strip("/"), home_of(job.image)]
    places += [each.copy.target.strip("/") for each in found]
    wanted = {outer for place in places for outer in _with_outer(place)}
    wanted |= {path for path, owners in needs.debian.folders.items() if owners & set(needs.packages)}
    chosen = sorted(path for path in wanted if _is_chosen(job, needs, path, on_base))
    return tuple(chosen) if len(chosen) <= MAX_FOLDERS else ()


def made_folders(job: Assembly, folders: Iterable[str], root: str = "") -> str:
    """Return the RUN that makes folders below `root` with the owner and the mode of the original, "" for none."""
    groups: dict[tuple[int, int, int], list[str]] = defaultdict(list)
    for path in folders:
        entry = job.image.files[path]
        groups[entry.uid, entry.gid, entry.mode & 0o7777].append(path)
    commands = []
    for (uid, gid, mode), paths in sorted(groups.items(), key=lambda group: group[1][0]):
        names = " ".join(shlex.quote(f"{root}/{path}") for path in paths)
        commands.append(f"install -d -o {uid} -g {gid} -m {mode:o} {names}")
    return f"{COMMENT}RUN " + " \\\n    && ".join(commands) + "\n" if commands else ""


def _with_outer(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _is_chosen(job: Assembly, needs: Needs, path: str, on_base: bool) -> bool:
    entry = job.image.files.get(path)
    if entry is None or entry.kind != "dir":
        return False
    if entry.layer < job.base_layers and (on_base or path in needs.debian.folders):
        return False
    return is_given(entry)
