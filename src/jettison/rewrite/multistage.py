"""Single-stage to multi-stage: what is common to all languages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.knowledge import package_managers
from jettison.knowledge.development_packages import runtime_of
from jettison.rewrite.candidates import Candidate, Change, Evidence
from jettison.rewrite.dockerignore import new_dockerignore
from jettison.rewrite.pieces import RUNTIME, Piece, Pieces, split
from jettison.rules.runtime.shell_form_entry import plain_argv

if TYPE_CHECKING:
    from jettison.engine.base import Features
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.scope import Scope
    from jettison.project.detect import Project
    from jettison.syntax.shell_command import Command

HEALTH_FLAGS: Final = "--interval=30s --timeout=5s --start-period=10s"
# Debian packages that serve building or a person at a prompt; what is not listed stays in the runtime.
BUILD_ONLY: Final = frozenset(
    [
        "apt-utils",
        "autoconf",
        "automake",
        "bison",
        "build-essential",
        "clang",
        "cmake",
        "curl",
        "dpkg-dev",
        "flex",
        "g++",
        "gcc",
        "git",
        "gnupg",
        "golang",
        "golang-go",
        "less",
        "libtool",
        "make",
        "man-db",
        "mercurial",
        "nano",
        "ninja-build",
        "patch",
        "pkg-config",
        "python3-dev",
        "subversion",
        "unzip",
        "vim",
        "wget",
        "zip",
        "nodejs",
        "npm",
        "yarn",
        "python3-pip",
        "python3-venv",
        "ca-certificates",
    ]
)


class Recipe(NamedTuple):
    """What one language makes of a project: the texts of its two stages around the user's own pieces.

    build: text of the build stage after FROM; copies: lines that carry files over; health: the
    HEALTHCHECK command, or None; drop_env: prefixes of variables that only the build reads;
    size: predicted bytes; build_base: what the build stage is from instead of the user's base, "" for that.
    """

    base: str
    build: str
    setup: str
    copies: str
    argv: tuple[str, ...] | None
    health: str | None
    user: str
    user_setup: str
    env: tuple[str, ...]
    drop_env: tuple[str, ...]
    changes: tuple[Change, ...]
    size: int | None = None
    build_base: str = ""


class Job(NamedTuple):
    """Everything a language module needs to write its recipe."""

    model: Model
    project: Project
    features: Features
    evidence: Evidence
    without: frozenset[str]
    pieces: Pieces
    scope: Scope


def multi_stage(
    model: Model,
    changes: tuple[Change, ...],
    project: Project,
    features: Features,
    evidence: Evidence,
    without: frozenset[str],
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Return the multi-stage candidates and the reasons why there are none; changes: what the model has of them."""
    if "multi-stage" in without or len(model.stages) != 1 or not project.ecosystem:
        return (), ()
    pieces = split(model)
    if pieces is None:
        return (), ("the file has parts that are not understood",)
    if any(piece.node.keyword == "ONBUILD" for piece in pieces.body):
        return (), ("ONBUILD triggers cannot be moved to another stage",)
    scope = model.end_scope(model.stages[0])
    job = Job(model, project, features, evidence, without, pieces, scope)
    try:
        recipes = list(_language(project.ecosystem)(job))
    except NotUnderstood as reason:
        return (), (str(reason),)
    return tuple(_candidate(job, recipe._replace(changes=(*recipe.changes, *changes))) for recipe in recipes), ()


class NotUnderstood(Exception):
    """A project that a language module will not rewrite; the message says why."""


def _language(ecosystem: str):  # type: ignore[no-untyped-def]
    from importlib import import_module

    return import_module(f"jettison.rewrite.{ecosystem}").recipes


def _candidate(job: Job, recipe: Recipe) -> Candidate:
    newline = job.model.source.newline
    pieces = job.pieces
    stage_text = pieces.from_.text.rstrip()
    if recipe.build_base:
        stage_text = replace_in(stage_text, pieces.from_.node.words[0].raw, recipe.build_base)
    if " as " not in stage_text.lower():
        stage_text += " AS build"
    changes = [Change("multi-stage", "build in one stage, ship another", ("env", "layers")), *recipe.changes]
    runtime, more = _runtime(job, recipe)
    changes.extend(more)
    parts = [pieces.head, pieces.from_.lead, stage_text, newline, recipe.build.replace("\n", newline)]
    parts.append(newline + runtime.replace("\n", newline) + pieces.tail)
    ignore = None if "dockerignore" in job.without else new_dockerignore(job.model)
    if ignore is not None:
        changes.append(Change("dockerignore", "keep what no image needs out of the build context"))
    text = "".join(parts).encode("utf-8", "surrogateescape")
    title = f"final stage from {recipe.base}"
    bare = "distroless" in recipe.base or recipe.base == "scratch"
    return Candidate(f"multi-stage on {recipe.base}", title, text, ignore, tuple(changes), (), recipe.size, bare)


def _runtime(job: Job, recipe: Recipe) -> tuple[str, list[Change]]:
    changes: list[Change] = []
    lines = [f"FROM {recipe.base}\n", recipe.setup]
    lines += [_unix(piece) for piece in _moved(job, "LABEL", "MAINTAINER")]
    if job.scope.workdir:
        lines.append(f"WORKDIR {job.scope.workdir}\n")
    lines += [piece.text.replace("\r\n", "\n") for piece in _runtime_env(job, recipe)]
    lines += [f"ENV {entry}\n" for entry in recipe.env]
    lines.append(recipe.copies)
    lines += [_unix(piece) for piece in _moved(job, "VOLUME", "STOPSIGNAL", "EXPOSE")]
    users = _moved(job, "USER")
    if users:
        lines += [_unix(piece) for piece in users]
    elif "user" not in job.without and recipe.user:
        lines.append(f"{recipe.user_setup}USER {recipe.user}\n")
        changes.append(Change("user", f"run as {recipe.user} instead of root", ("user",)))
    else:
        lines.append("USER 0\n" if "nonroot" in recipe.base else "")
    checks = _moved(job, "HEALTHCHECK")
    lines += [_unix(piece) for piece in checks]
    if not checks and recipe.health and "healthcheck" not in job.without:
        lines.append(f"HEALTHCHECK {HEALTH_FLAGS} \\\n    CMD {recipe.health}\n")
        changes.append(Change("healthcheck", "a health check with a tool that the image has", ("healthcheck",)))
    lines += list(_start(job, recipe, changes))
    return "".join(lines), changes


def _start(job: Job, recipe: Recipe, changes: list[Change]) -> Iterable[str]:
    for piece in _moved(job, "ENTRYPOINT", "CMD"):
        argv = recipe.argv if recipe.argv is not None and piece.node.keyword == "CMD" else None
        if argv is None and piece.node.form == "shell" and "exec-form" not in job.without:
            plain = plain_argv(job.model, piece.node)
            argv = tuple(plain) if plain else None
        if argv is None:
            yield _unix(piece)
            continue
        if piece.node.form == "shell" or recipe.argv is not None:
            changes.append(
                Change("exec-form", "start the program directly, so that signals reach it", ("cmd", "entrypoint"))
            )
        yield f"{piece.lead.replace(chr(13), '')}{piece.node.keyword} {json.dumps(list(argv), ensure_ascii=False)}\n"


def _moved(job: Job, *keywords: str) -> list[Piece]:
    return [piece for piece in job.pieces.body if piece.node.keyword in keywords]


def _runtime_env(job: Job, recipe: Recipe) -> list[Piece]:
    return [
        piece
        for piece in job.pieces.body
        if piece.node.keyword == "ENV"
        and not all(name.value.startswith(recipe.drop_env) for name, _ in piece.node.pairs)
    ]


def _unix(piece: Piece) -> str:
    return (piece.lead + piece.text).replace("\r\n", "\n")


def build_pieces(job: Job) -> list[Piece]:
    """Return the pieces that stay in the build stage, system packages before the project's files.

    A RUN that only installs system packages does not read the project; below its COPY it would run
    again after every change of a source line.
    """
    ordered: list[Piece] = []
    for piece in job.pieces.body:
        if piece.node.keyword in RUNTIME:
            continue
        at = len(ordered)
        if _installs_only(job, piece):
            while at and ordered[at - 1].node.keyword in ("COPY", "ADD", "WORKDIR"):
                at -= 1
        ordered.insert(at, piece)
    return ordered


def _installs_only(job: Job, piece: Piece) -> bool:
    if piece.node.keyword != "RUN":
        return False
    run = next(run for run in job.model.runs if run.instruction is piece.node)
    calls = {call.command.span: call for call in job.model.facts(run)}
    return (
        not run.has_error
        and bool(calls)
        and all(_is_system_install(command, calls.get(command.span)) for command in run.commands)
    )


def _is_system_install(command: Command, call: PackageCall | None) -> bool:
    if call is None:
        return command.name == "rm" and all(a.startswith(("-", "/var/")) for a in command.arguments)
    # A package given as a path (./x.deb) comes from the project.
    named = not any("/" in word.value for word in call.packages)
    return named and bool(package_managers.MANAGERS[call.manager]["system"])


def kept_packages(job: Job) -> tuple[str, ...]:
    """Return the Debian packages that the user installed and that a running program may need."""
    found: list[str] = []
    for run in job.model.runs:
        for call in job.model.facts(run):
            if call.manager in ("apk", "dnf", "yum"):
                raise NotUnderstood(
                    f"line {run.instruction.start_line}: {call.manager} packages are not carried over yet"
                )
            if call.manager == "apt" and call.action == "install":
                found.extend(word.value for word in call.packages)
    kept: list[str] = []
    for name in found:
        plain = name.split("=")[0].split(":")[0]
        if plain in BUILD_ONLY:
            continue
        if not plain.endswith("-dev"):
            kept.append(name)
        elif job.evidence.image is None:
            # The built original would tell exactly.
            kept += runtime_of(plain, job.model.stages[0].base.tag)
    return tuple(dict.fromkeys(kept))


def replace_in(text: str, old: str, new: str) -> str:
    """Return text with the first `old` replaced."""
    return text.replace(old, new, 1)


def mounted(job: Job, piece: Piece, *targets: str) -> str:
    """Return the text of a RUN with cache mounts added, where the engine has them."""
    text = piece.text.replace("\r\n", "\n")
    if not job.features.mounts or "cache-mounts" in job.without or "--mount=type=cache" in text:
        return text
    flags = " ".join(f"--mount=type=cache,target={target}" for target in targets)
    keyword = text[: len("RUN")]
    return f"{keyword} {flags}{text[len('RUN') :]}"


def target_of(piece: Piece) -> str:
    """Return where a piece that copies the whole context puts it, as the folder that other files are copied to.

    It need not be the working folder: `COPY . /app` may stand above `WORKDIR /app`.
    """
    target = piece.node.words[1].raw
    return "./" if target in (".", "./") else f"{target.rstrip('/')}/"


def copies_everything(piece: Piece) -> bool:
    """Return whether a piece copies the whole context."""
    node = piece.node
    return (
        node.keyword in ("COPY", "ADD")
        and not node.flag("from")
        and len(node.words) == 2
        and node.words[0].value in (".", "./", "/")
    )
