"""CMD or ENTRYPOINT in shell form.

The program then runs below `/bin/sh -c`. The shell is process 1 and passes no signal on: a stop
waits ten seconds and kills the program, which cannot finish its work. An image without a shell
cannot run it at all.

Write it as a JSON array.

Source: Dockerfile reference, "Shell and exec form".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, UNSAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each CMD or ENTRYPOINT of the final image in shell form."""
    final = model.final
    if final is None:
        return
    for stage in model.lineage(final):
        for node in stage.instructions:
            if node.keyword in ("CMD", "ENTRYPOINT") and node.form == "shell":
                yield RULE.at(node.span, f"{node.keyword} in shell form: signals do not reach the program", exec_fix(model, node))


def exec_fix(model: Model, node: Instruction) -> Fix | None:
    """Return the fix to exec form when the text is one plain command; else None."""
    argv = plain_argv(model, node)
    if argv is None:
        return None
    level = UNSAFE if model.scope_at(node, model.stage_of(node)).shell == ("/bin/sh", "-c") else SHOW
    return Fix("Write it as a JSON array", (Edit(node.body_span, json.dumps(argv, ensure_ascii=False)),), level)


def plain_argv(model: Model, node: Instruction) -> list[str] | None:
    """Return the words of a shell-form instruction that is one simple command, else None."""
    from jettison.syntax.shell import commands

    body = commands(model.file, node)
    if body.has_error or len(body.commands) != 1 or node.heredocs:
        return None
    command = body.commands[0]
    if command.assignments or command.redirects or command.in_pipeline or command.in_condition or command.in_subshell:
        return None
    if command.span != node.body_span:
        return None
    argv = [word.value for word in command.full_argv]
    if argv and argv[0] == "exec":
        argv = argv[1:]
    raw = " ".join(word.raw for word in command.full_argv)
    if any(mark in raw for mark in "$`*?[]{}~<>|&;()#!\\\n") or any("'" in a or '"' in a for a in argv):
        return None
    return argv or None


RULE = Rule(
    code="JT401",
    name="shell-form-entry",
    group="runtime",
    message="CMD or ENTRYPOINT in shell form: signals do not reach the program",
    check=check,
    triggers=("cmd", "entrypoint"),
    foreign=("DL3025", "JSONArgsRecommended"),
    examples=(
        Example(
            before="FROM debian:bookworm\nUSER 1000\nCMD python3 app.py --port 80\n",
            after='FROM debian:bookworm\nUSER 1000\nCMD ["python3", "app.py", "--port", "80"]\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nCMD echo $HOME && sleep 1\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nCMD ["sleep", "1"]\n'),
    ),
)
