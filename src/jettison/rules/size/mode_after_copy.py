"""A RUN changes the mode or owner of a file that a COPY has just written.

The layer of the RUN holds the whole file a second time, for a few bits: with a program of 80 MB, 80 MB.

Say it in the COPY, or the ADD: `COPY --chmod=755`. The fix does so for a mode in digits; for `+x` it is not a safe one, since
COPY takes the other bits from the file in the context. It needs BuildKit.

Source: Dockerfile reference, "COPY --chmod"; OCI image layer specification, "Change types".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, UNSAFE, Edit, Finding, Fix, Impact, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction

_DIGITS: Final = re.compile(r"0?[0-7]{3}\Z")
_EXECUTABLE: Final = frozenset(("+x", "a+x", "ugo+x", "a+rx", "+rx"))
# What ADD unpacks or clones is a folder.
_UNPACKED: Final = re.compile(r"(?i)\.(?:tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst)\b|\.git(?:#|$)|^(?:git@|git://|ssh://)")
_MAX_FILES: Final = 1_000
_MAX_FINDINGS: Final = 100


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each chmod or chown of a single file that a COPY of the same stage wrote."""
    left = _MAX_FINDINGS
    if model.programs.isdisjoint(("chmod", "chown")):
        return
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        written: dict[str, Instruction] = {}
        for node in stage.instructions:
            if (
                node.keyword in ("COPY", "ADD")
                and len(node.words) == 2
                and len(written) < _MAX_FILES
                and not node.heredocs
            ):
                path = _target(model, node, stage)
                if path:
                    written[path] = node
            elif node.keyword == "RUN" and written and left > 0:
                for finding in _changes(model, model.run_at[node.span.start], written):
                    left -= 1
                    yield finding


def _target(model: Model, node: Instruction, stage: Stage) -> str:
    """Return the path of the one file that a COPY writes; "" where it may be a folder."""
    source, target = (word.value for word in node.words)
    name = posixpath.basename(source)
    if any(mark in source + target for mark in "*?[$") or not name or name in (".", ".."):
        return ""
    if node.keyword == "ADD" and _UNPACKED.search(source):
        return ""
    workdir = model.scope_at(node, stage).workdir
    path = posixpath.join(workdir or "/", target)
    if target.endswith("/") or posixpath.basename(target) in (".", "..", ""):
        path = posixpath.join(path, name)
    # A name without a suffix may be that of a folder, unless it is placed among programs.
    if "." not in name.lstrip(".") and "/bin/" not in path:
        return ""
    return posixpath.normpath(path)


def _changes(model: Model, run: Run, written: dict[str, Instruction]) -> Iterable[Finding]:
    moved = any(command.name in ("cd", "pushd") for command in run.commands)
    workdir = model.scope_at(run.instruction, run.stage).workdir
    for command in run.commands:
        if command.name not in ("chmod", "chown"):
            continue
        words = [a for a in command.arguments if not a.startswith("-")]
        for target in words[1:]:
            path = posixpath.normpath(posixpath.join(workdir or "/", target))
            node = written.pop(path, None) if target.startswith("/") or not moved else None
            if node is not None:
                name = posixpath.basename(path)
                fix = _fix(model, run, command, words, node)
                yield RULE.at(command.span, f"{name[:60]} is stored a second time", fix, _impact(model, node))


def _impact(model: Model, node: Instruction) -> Impact:
    for copy in model.copied():
        if copy.node is node and copy.named:
            return Impact((copy.files[0].size, copy.files[0].size), basis="measured")
    return Impact((1_000, 50_000_000)) if node.flag("from") else Impact((1_000, 20_000))


def _fix(model: Model, run: Run, command: Command, words: list[str], copy: Instruction) -> Fix | None:
    mode = words[0]
    plus = mode in _EXECUTABLE
    if command.name != "chmod" or len(words) != 2 or not (plus or _DIGITS.match(mode)) or copy.flag("chmod"):
        return None
    if run.has_error or run.instruction.heredocs or run.instruction.form != "shell" or run.mounts:
        return None
    flag = Edit(Span(copy.args_span.start, copy.args_span.start), f"--chmod={'755' if plus else mode} ")
    removed = _removal(model, run, command)
    between = any(copy.span.start < r.instruction.span.start < run.instruction.span.start for r in model.runs)
    if removed is None or between:
        return None
    return Fix(f"Let {copy.keyword} set it: {flag.text.strip()}", (flag, Edit(removed, "")), UNSAFE if plus else SAFE)


def _removal(model: Model, run: Run, command: Command) -> Span | None:
    commands = run.commands
    if len(commands) == 1:
        return whole_lines(model, run.instruction)
    if any(c.in_condition or c.in_subshell or c.in_pipeline for c in commands[:2]) or command.redirects:
        return None
    if (
        command is commands[0]
        and commands[1].operator_before == "&&"
        and command.span.start == run.instruction.body_span.start
    ):
        return Span(command.span.start, commands[1].span.start)
    if (
        command is commands[-1]
        and command.operator_before == "&&"
        and command.span.end == run.instruction.body_span.end
    ):
        before = commands[-2]
        return None if before.redirects or before.in_pipeline else Span(before.span.end, command.span.end)
    return None


RULE = Rule(
    code="JT158",
    name="mode-after-copy",
    group="size",
    message="a file is stored a second time for its mode",
    check=check,
    triggers=("chmod", "chown"),
    severity=Severity.INFO,
    foreign=("tally/prefer-copy-chmod",),
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY entry.sh /usr/local/bin/entry.sh\nRUN chmod 755 /usr/local/bin/entry.sh\n",
            after="FROM debian:bookworm\nCOPY --chmod=755 entry.sh /usr/local/bin/entry.sh\n",
            lines=(3,),
        ),
        Example(
            before="FROM debian:bookworm\nCOPY entry.sh /\nRUN chmod +x /entry.sh && useradd app\n",
            after="FROM debian:bookworm\nCOPY --chmod=755 entry.sh /\nRUN useradd app\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nADD https://e.org/tool /usr/bin/tool\nRUN chmod 0755 /usr/bin/tool\n",
            after="FROM debian:bookworm\nADD --chmod=0755 https://e.org/tool /usr/bin/tool\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nADD a.tar.gz /\nRUN chmod 755 /a.tar.gz\n"),
        Example(before="FROM debian:bookworm\nCOPY --chmod=755 entry.sh /\n"),
        Example(before="FROM debian:bookworm\nCOPY conf /etc/app\nRUN chmod 600 /etc/app/key\n"),
    ),
)
