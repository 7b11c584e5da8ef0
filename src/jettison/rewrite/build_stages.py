"""The user's last stage as the stages that only build: one, or two where it is split before the source is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jettison.rewrite.assembly import accounts, free_name, installers, to_strip, wants_prune, word
from jettison.rewrite.java_runtime import runtime_stage
from jettison.rewrite.pieces import RUNTIME, Piece, leave_out
from jettison.rewrite.source_stage import source_stage
from jettison.rewrite.taken import LINKS, links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jettison.needs.needs import Needs
    from jettison.rewrite.assembly import Assembly
    from jettison.rewrite.taken import Taken


class BuildStages(NamedTuple):
    """text: the stages; build: name of the last.

    deps: name of the one that installs what does not hang on the source; early: of the one to copy that from;
    java: of the one with the linked Java runtime, "" without one; found: what the final stage takes of them.
    """

    text: str
    build: str
    deps: str
    early: str
    java: str = ""
    found: tuple[Taken, ...] = ()


def build_stages(job: Assembly, needs: Needs, found: Sequence[Taken]) -> BuildStages:
    """Return the stages that what is copied to the final stage comes from."""
    build = free_name(job.model, "build")
    body = _kept(job)
    split = job.before is not None and any(each.early for each in found)
    removals, late_removals = _removals(job, needs, found if split else ())
    user = _user_after(job, body)
    end_user = "" if job.java is None else user
    ends = [
        *_as_root([*_strip(job, needs), *late_removals.removed], user, user),
        *late_removals.pruned,
        *_as_root(_links(job, found), user, end_user),
    ]
    if job.before is None or not split:
        java, link = _linking(job, build, None)
        made = [_from(job, build), *_with_listing(job, body), *ends, link]
        return BuildStages("".join(made), build, build, build, java, tuple(found))
    at = job.before.at
    assert job.pieces is not None
    above = {piece.node.span.start for piece in job.pieces.body[:at]}
    first = [piece for piece in body if piece.node.span.start in above]
    second = [piece for piece in body if piece.node.span.start not in above]
    early = free_name(job.model, "deps")
    lines = [_from(job, early), *_texts(first)]
    name = early
    user = _user_after(job, first)
    removing = [*_as_root(removals.removed, user, user), *removals.pruned]
    if removing and job.before.runs_after:
        # The steps below may need what is removed here.
        name = free_name(job.model, "production")
        lines += ["\n", f"FROM {early} AS {name}\n", *removing]
    else:
        lines += removing
    alone = None if any(ends) or job.java is not None or needs.foreign else source_stage(job, needs, second, found)
    if alone is not None:
        text = f"\nFROM scratch AS {build}\n{alone.text}"
        return BuildStages("".join([*lines, text]), build, early, name, "", alone.found)
    lines += ["\n", f"FROM {early} AS {build}\n"]
    # A stage has the arguments of the one it is from in BuildKit alone.
    lines += [piece.text for piece in first if piece.node.keyword == "ARG" and job.before.runs_after]
    java, link = _linking(job, build, early)
    lines += [*_with_listing(job, second), *ends, link]
    return BuildStages("".join(lines), build, early, name, java, tuple(found))


def _from(job: Assembly, name: str) -> str:
    assert job.pieces is not None
    return f"{job.pieces.from_.lead}FROM {_base(job)} AS {name}\n"


def _base(job: Assembly) -> str:
    assert job.pieces is not None
    node = job.pieces.from_.node
    return " ".join([*(job.model.source.text(flag.span) for flag in node.flags), node.words[0].raw])


def _kept(job: Assembly) -> list[Piece]:
    """Return the pieces that building needs."""
    assert job.pieces is not None
    body = leave_out(job.pieces.body, accounts(job))
    last = max((number for number, piece in enumerate(body) if piece.node.keyword == "RUN"), default=-1)
    return [
        piece
        for number, piece in enumerate(body)
        if piece.node.keyword not in RUNTIME or (piece.node.keyword == "USER" and number < last)
    ]


def _texts(pieces: Sequence[Piece]) -> list[str]:
    return [piece.lead + piece.text for piece in pieces]


def _strip(job: Assembly, needs: Needs) -> list[str]:
    stripped = to_strip(job, needs)
    return [f"RUN strip --strip-unneeded {' '.join(word(f'/{path}') for path in stripped)}\n"] if stripped else []


def _links(job: Assembly, found: Sequence[Taken]) -> list[str]:
    names = " ".join(word(path) for path in links(job, found))
    return [f"RUN mkdir {LINKS} && cd / && cp -a --parents {names} {LINKS}\n"] if names else []


def _with_listing(job: Assembly, pieces: Sequence[Piece]) -> list[str]:
    """Return the texts, with the list of Java's modules made where the program is: in its RUN, or in one of its own."""
    texts = _texts(pieces)
    if job.java is None:
        return texts
    comment, command = job.java.listing
    if pieces and _takes_more(job, pieces[-1]):
        text = pieces[-1].text.rstrip()
        run = f"{text[: len('RUN')]} {job.java.mount}{text[len('RUN') :].lstrip()}"
        return [*texts[:-1], pieces[-1].lead, comment, f"{run} \\\n    && {command}\n"]
    return [*texts, comment, f"RUN {job.java.mount}{command}\n"]


def _takes_more(job: Assembly, piece: Piece) -> bool:
    """Return whether a further command can follow in a RUN, only where all before it ended well."""
    if piece.node.keyword != "RUN" or piece.node.heredocs or piece.node.form != "shell":
        return False
    run = job.model.run_at[piece.node.span.start]
    return not run.has_error and not any(c in piece.text for c in ";|#") and piece.text.rstrip()[-1:] != "&"


def _linking(job: Assembly, build: str, early: str | None) -> tuple[str, str]:
    """Return (name of the stage that has the linked Java runtime, text that makes it); early: of one before the source."""
    if job.java is None:
        return "", ""
    late = job.image.files[job.java.tool].layer in (job.before.layers if job.before is not None else ())
    in_base = job.image.files[job.java.tool].layer < job.base_layers
    if (early is None or late) and not in_base:
        return build, f"RUN {job.java.linking}"
    name = free_name(job.model, "java-runtime")
    return name, runtime_stage(job.java, _base(job) if early is None or late else early, name, build)


class _Removals(NamedTuple):
    """removed: of what may belong to root; pruned: by the package manager, as the user who installed."""

    removed: list[str]
    pruned: list[str]


def _user_after(job: Assembly, pieces: Sequence[Piece]) -> str:
    """Return the user in force after some pieces of the stage, as it is written; "" for root."""
    final = job.original.final
    assert final is not None
    said = [piece.node.words[0].raw for piece in pieces if piece.node.keyword == "USER" and piece.node.words]
    # Where the file names no user at all, the image's is the base's.
    of_base = final.start.user or ("" if job.original.end_scope(final).user else job.config.user)
    user = said[-1] if said else of_base
    return "" if user.partition(":")[0] in ("root", "0") else user


def _as_root(lines: list[str], user: str, after: str) -> list[str]:
    """Return lines of ours that need root's rights, in a stage in which a user is in force; after: who goes on."""
    if not lines or not user:
        return lines
    return ["USER 0\n", *lines, *([f"USER {after}\n"] if after else [])]


def _removals(job: Assembly, needs: Needs, found: Sequence[Taken]) -> tuple[_Removals, _Removals]:
    """Return what takes development packages and installers away: (before the source is copied, after)."""
    early: list[str] = []
    late: list[str] = []
    for path in installers(job, needs):
        (early if _is_early(path.strip("/"), found) else late).append(path)
    first, then = _Removals(_remove(early), []), _Removals(_remove(late), [])
    if wants_prune(job, needs):
        (first if _is_early("node_modules", found) else then).pruned.append("RUN npm prune --omit=dev\n")
    return first, then


def _is_early(path: str, found: Sequence[Taken]) -> bool:
    """Return whether a path, or each folder of this name, is taken as it was before the source was copied."""
    holders = [each for each in found if f"{path}/".startswith(f"{each.copy.target}/") or _is_in(path, each)]
    return bool(holders) and all(each.early for each in holders)


def _is_in(name: str, each: Taken) -> bool:
    return any(name in source.split("/") for source in each.copy.sources)


def _remove(paths: list[str]) -> list[str]:
    return [f"RUN rm -rf {' '.join(paths)}\n"] if paths else []
