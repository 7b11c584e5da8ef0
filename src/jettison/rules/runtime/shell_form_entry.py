"""CMD or ENTRYPOINT in shell form.

The program then runs below `/bin/sh -c`. The shell is process 1 and passes no signal on: a stop
waits ten seconds and kills the program, which cannot finish its work. An image without a shell
cannot run it at all.

Write it as a JSON array. Where a shell is needed, `exec` before the program makes it process 1; such a
line is not reported.

Source: Dockerfile reference, "Shell and exec form".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, UNSAFE, Edit, Finding, Fix
from jettison.model.scope import DEFAULT_SHELL
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the CMD and the ENTRYPOINT in force in the final image, if in shell form."""
    final = model.final
    if final is None:
        return
    nodes = [node for stage in model.lineage(final) for node in stage.instructions]
    for keyword in ("ENTRYPOINT", "CMD"):
        node = next((node for node in reversed(nodes) if node.keyword == keyword), None)
        if node is not None and node.form == "shell" and not _hands_over(model, node):
            yield RULE.at(
                node.span, f"{keyword} in shell form: signals do not reach the program", exec_fix(model, node)
            )


def _hands_over(model: Model, node: Instruction) -> bool:
    # CMD exec server --port $PORT: the shell replaces itself by the program, signals reach it.
    from jettison.syntax.shell import commands

    if not node.words[0].value.startswith("exec "):
        return False
    return len(commands(model.file, node).commands) == 1


def exec_fix(model: Model, node: Instruction) -> Fix:
    """Return the fix to exec form; only to be shown where the shell is needed or has other duties."""
    argv = plain_argv(model, node)
    if argv is None:
        return Fix("Write it as a JSON array, or start the program with exec", (), SHOW)
    stage = model.stage_of(node)
    # A shell-form ENTRYPOINT ignores CMD; in exec form it would be given CMD's words.
    ignored_cmd = (
        node.keyword == "ENTRYPOINT"
        and model.final is not None
        and any(other.keyword == "CMD" for each in model.lineage(model.final) for other in each.instructions)
    )
    plain = model.scope_at(node, stage).shell == DEFAULT_SHELL and not ignored_cmd
    return Fix("Write it as a JSON array", (Edit(node.body_span, _array(argv)),), UNSAFE if plain else SHOW)


def _array(argv: list[str]) -> str:
    # Without quotes and backslashes, as `plain_argv` gives them, printable words are texts of JSON as they are.
    if "".join(argv).isprintable():
        return '["' + '", "'.join(argv) + '"]'
    import json

    return json.dumps(argv, ensure_ascii=False)


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
    foreign=("DL3025", "JSONArgsRecommended", "b86987e1-6397-4619-81d5-8807f2387c79"),
    examples=(
        Example(
            before="FROM debian:bookworm\nUSER 1000\nCMD python3 app.py --port 80\n",
            after='FROM debian:bookworm\nUSER 1000\nCMD ["python3", "app.py", "--port", "80"]\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nCMD echo $HOME && sleep 1\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nENTRYPOINT sleep 1\nCMD ["x"]\n', lines=(2,), level=UNSAFE),
        Example(before='FROM debian:bookworm\nCMD ["sleep", "1"]\n'),
        Example(before="FROM debian:bookworm\nCMD sleep 1\nCMD exec gunicorn --bind :$PORT app:app\n"),
    ),
)
