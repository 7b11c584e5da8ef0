"""A RUN changes owner or mode of files that an earlier layer holds.

A layer stores whole files. `chown -R` in a RUN of its own writes every file below the folder a second time, and the
image grows by its full size; nothing that follows gets those bytes back.

Say it where the files are written: `COPY --chown=app:app --chmod=755`, or in the RUN that writes them. The fix
moves the owner to the COPY where no RUN writes in between; folders that existed before the COPY keep their owner,
so it is never applied unasked.

Source: OCI image layer specification, "Change types"; Dockerfile reference, "COPY --chown --chmod".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Effort, Finding, Fix, Impact
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction

_CHANGERS: Final = frozenset(("chown", "chmod", "chgrp"))
# A file of this many is no one's; the check stays quick on it.
_MAX_COPIES: Final = 100
_MAX_FILLED: Final = 200
_MAX_FINDINGS: Final = 100
_SMALL: Final = frozenset(
    ".cfg .cnf .conf .default .env .html .ini .json .list .properties .rules .service .sh .toml .txt .xml .yaml .yml".split()
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each recursive change of what a COPY or ADD of the image wrote."""
    final = model.final
    if final is None or model.programs.isdisjoint(_CHANGERS):
        return
    written: list[tuple[str, Instruction, Stage]] = []
    filled: list[str] = []
    told = 0
    for stage in model.lineage(final):
        for node in stage.instructions:
            if node.keyword in ("COPY", "ADD") and len(node.words) > 1 and len(written) < _MAX_COPIES:
                scope = model.scope_at(node, stage)
                target = scope.value(node.words[-1].raw, model.file.escape)
                written.append((_absolute(target, scope.workdir), node, stage))
            elif node.keyword == "RUN":
                run = model.run_at[node.span.start]
                finding = _change(model, run, written, filled) if written and told < _MAX_FINDINGS else None
                if finding is not None:
                    told += 1
                    yield finding
                if len(filled) < _MAX_FILLED:
                    filled.extend(a for command in run.commands for a in command.arguments if a.startswith("/"))


def _change(model: Model, run: Run, written: list[tuple[str, Instruction, Stage]], filled: list[str]) -> Finding | None:
    moved = any(command.name in ("cd", "pushd") for command in run.commands)
    workdir = model.scope_at(run.instruction, run.stage).workdir
    for command in run.commands:
        if command.name not in _CHANGERS or not _recursive(command.arguments):
            continue
        words = [a for a in command.arguments if not a.startswith("-")]
        for target in words[1:]:
            if "$" in target or (moved and not target.startswith("/")):
                continue
            folder = _absolute(target.rstrip("*"), workdir)
            hit = [entry for entry in written if _touches(folder, entry[0])]
            if any(not _small(entry[1]) for entry in hit) or (hit and any(path.startswith(folder) for path in filled)):
                # A second change in the same RUN costs nothing more.
                return RULE.at(
                    command.span,
                    f"{command.name} stores every file below {folder[:60]} a second time",
                    _fix(model, run, command, folder, words, hit),
                    _impact(model, hit),
                )
    return None


def _small(node: Instruction) -> bool:
    """Return whether the instruction copies nothing but single settings and scripts."""
    return node.flag("from") is None and all(
        posixpath.splitext(word.value)[1].lower() in _SMALL or word.value.startswith("<<") for word in node.words[:-1]
    )


def _absolute(path: str, workdir: str) -> str:
    return posixpath.normpath(posixpath.join(workdir or "/", path))


def _touches(folder: str, target: str) -> bool:
    return (
        folder == target or target.startswith(folder.rstrip("/") + "/") or folder.startswith(target.rstrip("/") + "/")
    )


def _recursive(arguments: tuple[str, ...]) -> bool:
    return any(a == "--recursive" or (a.startswith("-") and not a.startswith("--") and "R" in a) for a in arguments)


def _impact(model: Model, hit: list[tuple[str, Instruction, Stage]]) -> Impact:
    nodes = {node.span.start for _, node, _ in hit}
    copies = [copy for copy in model.copied() if copy.node.span.start in nodes] if model.context else []
    size = sum(file.size for copy in copies for file in copy.files)
    # What comes from another stage, or is only there when the image is built, cannot be measured here.
    return Impact(bytes_saved=(size, size), basis="measured") if size else Impact(bytes_saved=(100_000, 100_000_000))


def _fix(
    model: Model, run: Run, command: Command, folder: str, words: list[str], hit: list[tuple[str, Instruction, Stage]]
) -> Fix | None:
    node, name = run.instruction, words[0]
    if len(run.commands) > 1 or run.has_error or run.mounts or node.form != "shell" or len(words) != 2:
        return None
    flag = {"chown": "chown", "chmod": "chmod"}.get(command.name)
    plain = name.isdigit() if flag == "chmod" else bool(name) and not name.startswith(("$", ":")) and name[-1] != ":"
    if flag is None or not plain or "$" in name or "." in name:
        return None
    first = min(copy.span.start for _, copy, _ in hit)
    between = [other for other in model.runs if first < other.instruction.span.start < node.span.start]
    below = all(path == folder or path.startswith(folder.rstrip("/") + "/") for path, _, _ in hit)
    taken = any(copy.flag(flag) or copy.heredocs or stage is not run.stage for _, copy, stage in hit)
    if between or taken or not below:
        return None
    edits = [Edit(Span(c.args_span.start, c.args_span.start), f"--{flag}={name} ") for _, c, _ in hit]
    return Fix(f"Let COPY set it: --{flag}={name}", (*edits, Edit(whole_lines(model, node), "")), UNSAFE)


RULE = Rule(
    code="JT152",
    name="recursive-ownership",
    group="size",
    message="files of an earlier layer are stored a second time",
    check=check,
    triggers=("chown", "chmod", "chgrp"),
    effort=Effort.LOW,
    examples=(
        Example(
            before="FROM node:20-slim\nWORKDIR /app\nCOPY . .\nRUN chown -R node:node /app\nUSER node\n",
            after="FROM node:20-slim\nWORKDIR /app\nCOPY --chown=node:node . .\nUSER node\n",
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before="FROM node:20-slim\nCOPY . /app\nRUN npm ci --prefix /app\nRUN chown -R node /app\n",
            lines=(4,),
            level=UNSAFE,
        ),
        Example(before="FROM node:20-slim\nRUN mkdir /data && chown -R node:node /data\nCOPY . /app\n"),
        Example(
            before="FROM debian:bookworm AS b\nCOPY . /a\nRUN chmod -R 755 /a\nFROM scratch\nCOPY --from=b /a /a\n"
        ),
    ),
)
