"""A stage of nothing but the project's own files, for programs of which nothing is built.

Where dependencies were installed into the project's folder, the other files in it would have to be copied by name, and
a file that is new next week would be missing. A stage that holds only what the user's COPY brings is copied as a whole.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.knowledge.runtime_files import DEPENDENCIES
from jettison.model.context import IgnoreFile
from jettison.rewrite.copies import Copy
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.taken import Taken, ignored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.model.context import ContextFile
    from jettison.needs.needs import Needs
    from jettison.rewrite.assembly import Assembly
    from jettison.rewrite.pieces import Piece

# What may come along with the files that are needed: bytes.
MAX_EXTRA: Final = 1024 * 1024
_KEPT: Final = frozenset(("COPY", "WORKDIR", "ARG"))


class SourceStage(NamedTuple):
    """text: what follows the FROM of the stage; found: the copies, those of single files made one of a folder."""

    text: str
    found: tuple[Taken, ...]


def source_stage(job: Assembly, needs: Needs, pieces: Sequence[Piece], found: Sequence[Taken]) -> SourceStage | None:
    """Return the stage that the last pieces of a build stage are, where they only copy the project to one folder.

    found: what the final stage takes, of which that of the first pieces is early.
    """
    copied = [piece for piece in pieces if piece.node.keyword == "COPY"]
    others = {piece.node.keyword for piece in pieces} - _KEPT - {"ENV"}
    folders = [piece.node.words[0].raw for piece in pieces if piece.node.keyword == "WORKDIR" and piece.node.words]
    if len(copied) != 1 or others or any("$" in folder for folder in folders):
        return None
    if not any(_is_single(each) for each in found):
        return None
    place = _place(job, copied[0])
    if place is None:
        return None
    files = {f"{place}/{file.path}": file.size for file in _sent(job)}
    if not _holds_all(job, needs, place, files, found):
        return None
    start = job.model.scope_at(pieces[0].node, job.stage).workdir
    first = "" if folders and folders[0].startswith("/") and pieces[0].node.keyword == "WORKDIR" else start
    own = [piece.lead + piece.text for piece in pieces if piece.node.keyword in _KEPT and not _is_unread(piece, pieces)]
    text = "".join([f"WORKDIR {first}\n" if first else "", *own])
    whole = Taken(Copy((place,), place), False)
    return SourceStage(text, (*(each for each in found if each.early), whole))


def _is_unread(piece: Piece, pieces: Sequence[Piece]) -> bool:
    """Return whether a piece is an argument without a word of explanation that no copy and no folder refers to."""
    if piece.node.keyword != "ARG" or "#" in piece.lead:
        return False
    texts = "".join(each.text for each in pieces if each.node.keyword in _KEPT)
    return not any(f"${name.value}" in texts or f"${{{name.value}" in texts for name, _ in piece.node.pairs)


def _holds_all(job: Assembly, needs: Needs, place: str, files: dict[str, int], found: Sequence[Taken]) -> bool:
    """Return whether the stage has all that is taken late, and not much more. files: what it has, with their bytes."""
    if any(not DEPENDENCIES.isdisjoint(path.split("/")) for path in files):
        return False
    early = {source for each in found if each.early for source in each.copy.sources}
    late = {source for each in found if not each.early for source in each.copy.sources}
    folders = {path[:end] for path in files for end in range(len(path)) if path[end] == "/"}
    known = files.keys() | folders
    if not late <= known or not all(source.startswith(f"{place}/") for source in late):
        return False
    inside = {path for path in needs.own if path.startswith(f"{place}/") and not _is_covered(path, early)}
    if not inside - ignored(job, inside) <= known:
        return False
    return sum(size for path, size in files.items() if not _is_covered(path, late)) <= MAX_EXTRA


def _is_single(each: Taken) -> bool:
    return not each.early and each.copy.target.endswith("/")


def _place(job: Assembly, piece: Piece) -> str | None:
    """Return where a COPY of the whole context puts it, without leading slash; None where that is another COPY."""
    node = piece.node
    if len(node.words) != 2 or node.heredocs or any(flag.name not in ("chown", "chmod") for flag in node.flags):
        return None
    if any("$" in (flag.value or "") or any(map(str.isalpha, flag.value or "")) for flag in node.flags):
        # Names of users are not known in an empty stage.
        return None
    target = node.words[1].raw
    scope = job.model.scope_at(node, job.stage)
    if node.words[0].value not in (".", "./") or any(c in target + scope.workdir for c in "$\"'\\ "):
        return None
    place = posixpath.normpath(posixpath.join("/", scope.workdir, target)).strip("/")
    return place if scope.workdir.startswith("/") and place else None


def _sent(job: Assembly) -> list[ContextFile]:
    context = job.original.context
    if context is None or context.truncated:
        return []
    text = None if "dockerignore" in job.without else new_dockerignore(job.original)
    ignore = IgnoreFile.parse(text) if text is not None else None
    return [file for file in context.files() if ignore is None or not ignore.excludes(file.path)]


def _is_covered(path: str, wanted: set[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[: n + 1]) in wanted for n in range(len(parts)))
