"""The fix that gives a build argument's secret to the RUNs that use it, by a mount, and to nothing else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, UNSAFE, Edit, Fix
from jettison.rules.edits import whole_lines
from jettison.rules.windows_stage import is_windows
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}\Z")
_SHELLS: Final = frozenset(("sh", "bash", "ash", "dash", "zsh"))
_OLD_FRONTEND: Final = re.compile(r"docker/dockerfile:1\.[01](?:\D|$)")
# From 1.10 on a mount can set a variable; a plain `1` follows the newest.
_WITH_ENV: Final = re.compile(r"docker/dockerfile:1(?:\.[1-9]\d)?(?:[.\-@]|$)")


def mount_of_argument(model: Model, stage: Stage, node: Instruction, name: str) -> Fix | None:
    """Return the fix for `ARG NAME` without default; None where it is not clear that the RUNs alone use it.

    The argument goes, each RUN that names it gets a secret mount and reads the variable from there: the same text
    runs with the same variable, and the value is in no layer, no history and no name of a step.
    """
    if len(node.pairs) != 1 or node.inner_comments or not _NAME.match(name) or name in model.scope_at(node, stage).env:
        return None
    if is_windows(model, stage) or any(name == word.value for arg in model.meta_args for word, _ in arg.pairs):
        return None
    users = list(_users(model, stage, node, name))
    runs = {run.instruction: run for run in model.runs}
    taking = [runs[user] for user in users if user in runs]
    if not taking or len(taking) != len(users) or not all(_is_plain(model, run, name) for run in taking):
        return None
    edits = [Edit(whole_lines(model, node), "")]
    syntax = model.file.directives.get("syntax")
    by_mount = syntax is not None and _WITH_ENV.search(syntax.value) is not None
    for run in taking:
        edits += _edits(run, name, by_mount)
    old = syntax is not None and _OLD_FRONTEND.search(syntax.value) is not None
    title = f"Mount it for the RUN that uses it, and build with --secret id={name},env={name} in place of --build-arg"
    return Fix(title, tuple(edits), SHOW if old else UNSAFE)


def _users(model: Model, stage: Stage, node: Instruction, name: str) -> Iterator[Instruction]:
    """Yield what names the variable after its ARG: in the stage, and in the stages that go on from it."""
    wanted = re.compile(rf"\$(?:{name}(?![A-Za-z0-9_])|\{{{name}(?![A-Za-z0-9_]))")
    for other in model.stages:
        if other is not stage and stage not in model.lineage(other):
            continue
        for user in other.instructions:
            if other is stage and user.span.start <= node.span.start:
                continue
            if wanted.search(model.source.text(user.span)):
                yield user


def _is_plain(model: Model, run: Run, name: str) -> bool:
    node = run.instruction
    if run.has_error or node.form != "shell" or node.heredocs or node.onbuild is not None:
        return False
    if re.search(rf"(?<![A-Za-z0-9_]){name}=", model.source.text(node.span)):
        return False
    shells = [
        other.words[0].value
        for stage in model.lineage(run.stage)
        for other in stage.instructions
        if other.keyword == "SHELL" and other.words
    ]
    return all(posixpath.basename(shell.strip('[]",')) in _SHELLS for shell in shells)


def _edits(run: Run, name: str, by_mount: bool) -> list[Edit]:
    start, body = run.instruction.args_span.start, run.instruction.body_span.start
    # The file belongs to root and nobody else may read it, unless the mount says so.
    mode = "" if run.user.split(":")[0] in ("", "root", "0") else ",mode=0444"
    if by_mount:
        return [Edit(Span(start, start), f"--mount=type=secret,id={name},env={name},required=true ")]
    mount = f"--mount=type=secret,id={name},required=true{mode} "
    read = f'export {name}="$(cat /run/secrets/{name})" && '
    if start == body:
        return [Edit(Span(start, start), mount + read)]
    return [Edit(Span(start, start), mount), Edit(Span(body, body), read)]
