"""A shell in a JSON array runs several commands, and the last one without `exec`.

`["sh", "-c", "migrate && server"]` looks like an array, but the shell stays as process 1: a stop reaches
the shell only, and after ten seconds the server is killed in the middle of its work.

Write `exec` before the last command; the fix does. With a single command most shells do so by themselves.

Source: POSIX, "exec"; Docker documentation, "docker container stop".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.start import StartCommand

# Nothing to hand the process to, or the script looks after its children itself.
_OWN: Final = frozenset(
    ("wait", "trap", "exit", "cd", "export", "set", "source", ".", "echo", "true", "false", ":", "tail", "sleep")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for ENTRYPOINT or CMD with such a script."""
    starts = [start for start in model.start_commands() if start.form == "script"]
    for keyword in ("ENTRYPOINT", "CMD"):
        own = [start for start in starts if start.node.keyword == keyword]
        if len(own) < 2 or any(start.execs or start.program == "trap" for start in own):
            continue
        last = own[-1]
        if last.operator in ("&&", ";", "\n") and last.program not in _OWN:
            text = f"{last.program[:40]} runs below a shell that passes no signal on"
            yield RULE.at(last.span, text, _fix(model, last))


def _fix(model: Model, start: StartCommand) -> Fix | None:
    from jettison.syntax.shell import script_commands

    word = next((word for word in start.node.words if word.span == start.span), None)
    # Only where a place in the script is a place in the file: no escapes in the JSON string.
    if word is None or word.raw != f'"{word.value}"':
        return None
    body = script_commands(word.value.encode("utf-8", "replace"))
    last = body.commands[-1] if body.commands else None
    if last is None or body.has_error or last.in_condition or last.in_subshell or last.in_pipeline or last.assignments:
        return None
    at = word.span.start + 1 + last.span.start
    return Fix("Start it with exec", (Edit(Span(at, at), "exec "),), UNSAFE)


RULE = Rule(
    code="JT477",
    name="array-shell-without-exec",
    group="runtime",
    message="a shell in a JSON array keeps the program below itself",
    check=check,
    triggers=('-c"', "-ec", "-lc"),
    examples=(
        Example(
            before='FROM debian:bookworm\nCMD ["sh", "-c", "migrate && server --port $PORT"]\n',
            after='FROM debian:bookworm\nCMD ["sh", "-c", "migrate && exec server --port $PORT"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "echo \\"a\\"; server"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "migrate && exec server"]\n'),
        Example(before='FROM debian:bookworm\nCMD ["sh", "-c", "server"]\n'),
    ),
)
