"""The entry script starts the program without `exec`.

The shell that runs the script stays as process 1 and waits. It passes no signal on: a stop takes ten
seconds and then kills the program, which cannot finish its work, and an exit of the program may be lost.

Write `exec` before the last command: the program takes the shell's place. The script is read from the
build context, or from the heredoc that writes it. Scripts with `exec`, `trap` or `wait` are left alone.

Source: Docker documentation, "Building best practices", ENTRYPOINT.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Confidence, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.syntax.shell_command import SHELLS

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.start import StartCommand

_MAX_SCRIPT: Final = 64 * 1024
_MANAGED: Final = frozenset(("exec", "trap", "wait"))
_NO_PROGRAMS: Final = frozenset(
    ("exit", "true", "false", "echo", "printf", "return", "set", "export", "cd", "mkdir", "chown", "chmod", "rm", "cp")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each entry script at hand whose last command is not handed the process."""
    for start in model.start_commands():
        path = _script_path(start)
        text = _script(model, path) if path else b""
        last = _last_program(text) if text else None
        if path is not None and last is not None:
            fix = Fix(f"In {path[:60]}, write exec before {last[:40]}", (), SHOW)
            name = posixpath.basename(path)[:60]
            yield RULE.at(start.span, f"{name} starts {last[:40]} without exec: signals do not reach it", fix)


def _script_path(start: StartCommand) -> str | None:
    words = start.argv
    if start.program in SHELLS:
        words = tuple(word for word in words[1:] if not word.startswith("-"))
    return words[0] if words and words[0].endswith((".sh", "entrypoint", "start", "run")) else None


def _script(model: Model, path: str) -> bytes:
    """Return the beginning of the script that lies at this path of the image; empty when it is not at hand."""
    name = posixpath.basename(path)
    final = model.final
    for stage in model.lineage(final) if final else ():
        for node in stage.instructions:
            if node.keyword not in ("COPY", "ADD") or node.flag("from") or len(node.words) < 2:
                continue
            target = node.words[-1].value
            if node.heredocs:
                if posixpath.basename(target) == name and len(node.heredocs) == 1:
                    return node.heredocs[0].body[:_MAX_SCRIPT].encode("utf-8", "replace")
                continue
            for word in node.words[:-1]:
                if posixpath.basename(word.value) == name and model.context is not None:
                    return model.context.read(posixpath.normpath(word.value).lstrip("/"), _MAX_SCRIPT)
            if model.context is not None and node.words[0].value.rstrip("/") in (".", ""):
                # COPY . /app and /app/start.sh, or COPY . . and ./start.sh
                folder = posixpath.join(model.scope_at(node, stage).workdir or "/", target)
                relative = posixpath.relpath(posixpath.join(model.end_scope(stage).workdir or "/", path), folder)
                if not relative.startswith(".."):
                    found = model.context.read(relative, _MAX_SCRIPT)
                    if found:
                        return found
    return b""


def _last_program(text: bytes) -> str | None:
    first = text.split(b"\n", 1)[0]
    if first.startswith(b"#!") and b"sh" not in first:
        return None
    from jettison.syntax.shell import script_commands

    body = script_commands(text)
    if body.has_error or not body.commands:
        return None
    if any(_MANAGED.intersection(word.value for word in c.full_argv[:1]) for c in body.commands):
        return None
    last = body.commands[-1]
    if last.in_condition or last.in_subshell or last.in_pipeline or last.name in _NO_PROGRAMS or not last.name:
        return None
    return last.argv[0].value


RULE = Rule(
    code="JT472",
    name="entry-without-exec",
    group="runtime",
    message="the entry script starts the program without exec",
    check=check,
    triggers=("entrypoint", "cmd"),
    confidence=Confidence.MEDIUM,
    examples=(
        Example(
            before='FROM debian:bookworm\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
            lines=(3,),
            files=(("start.sh", "#!/bin/sh\nset -e\nprepare\nserver --port 80\n"),),
        ),
        Example(
            before='FROM debian:bookworm\nWORKDIR /app\nCOPY . .\nCMD ["bash", "./start.sh"]\n',
            lines=(4,),
            files=(("start.sh", '#!/bin/bash\nprepare\n"$@"\n'),),
        ),
        Example(
            before='FROM debian:bookworm\nCOPY <<EOF /start.sh\n#!/bin/sh\nserver\nEOF\nCMD ["sh", "/start.sh"]\n',
            lines=(6,),
        ),
        Example(
            before='FROM debian:bookworm\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
            files=(("start.sh", "#!/bin/sh\nset -e\nprepare\nexec server --port 80\n"),),
        ),
    ),
)
