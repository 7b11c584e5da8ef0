"""What starts the program: the commands of the final image's ENTRYPOINT and CMD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.named_tuple import NamedTuple
from jettison.span import Span
from jettison.syntax.shell_command import SHELLS
from jettison.syntax.tree import Instruction

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.shell import ShellBody
    from jettison.syntax.shell_command import Command

# Programs that start the one named behind their options: tini -- server, gosu app server.
_INITS: Final = frozenset(("tini", "dumb-init", "catatonit"))
_SWITCHES: Final = frozenset(("gosu", "su-exec", "setpriv"))
# What starts a program is short; the rest of a hostile file is not looked at.
_MAX_WORDS: Final = 1000
_MAX_COMMANDS: Final = 200


class StartCommand(NamedTuple):
    """One command of ENTRYPOINT or CMD, spelled without wrappers.

    form: "exec", "shell", or "script" for the text behind `sh -c`; argv: the program and its words;
    operator: what stands before it in its script; alone: nothing else is in the script; execs: `exec` stands before
    it; init: a small init stands before it; redirects: as the shell has them.
    """

    node: Instruction
    form: str
    argv: tuple[str, ...]
    span: Span
    operator: str
    alone: bool
    execs: bool
    init: bool
    redirects: tuple[tuple[str, str], ...] = ()

    @property
    def program(self) -> str:
        """Return the name of the program without its folder."""
        return self.argv[0].rsplit("/", 1)[-1] if self.argv else ""


def start_commands(model: Model) -> tuple[StartCommand, ...]:
    """Return the commands of the final image's start; empty where the base alone decides it."""
    final = model.final
    if final is None:
        return ()
    scope = model.end_scope(final)
    found: list[StartCommand] = []
    for node in (scope.entrypoint, scope.cmd):
        stage = None if node is None else next((s for s in model.lineage(final) if node in s.instructions), None)
        if node is not None and stage is not None and node.words:
            found.extend(_of_node(model, node, stage))
    return tuple(found)


def _of_node(model: Model, node: Instruction, stage: Stage) -> list[StartCommand]:
    if node.form != "exec":
        return _of_body(node, model.shell_body(node, stage), "shell", False, None)
    argv = tuple(word.value for word in node.words[:_MAX_WORDS])
    rest, init = _unwrapped(argv)
    name = rest[0].rsplit("/", 1)[-1] if rest else ""
    if name in SHELLS:
        at = next((i for i, word in enumerate(rest) if i and _is_script_flag(word)), 0)
        if at and at + 1 < len(rest):
            from jettison.syntax.shell import script_commands

            body = script_commands(rest[at + 1].encode("utf-8", "replace"))
            return _of_body(node, body, "script", init, node.words[len(argv) - len(rest) + at + 1].span)
    return [StartCommand(node, "exec", rest, node.body_span, "", True, True, init)] if rest else []


def _is_script_flag(word: str) -> bool:
    return word.startswith("-") and not word.startswith("--") and word.endswith("c")


def _of_body(node: Instruction, body: ShellBody, form: str, init: bool, span: Span | None) -> list[StartCommand]:
    found = []
    for command in body.commands[:_MAX_COMMANDS]:
        argv, inner = _unwrapped(tuple(word.value for word in command.argv[:_MAX_WORDS]))
        if argv and not command.in_subshell:
            found.append(
                StartCommand(
                    node,
                    form,
                    argv,
                    span or command.span,
                    command.operator_before,
                    len(body.commands) == 1,
                    _has_exec(command),
                    init or inner,
                    command.redirects,
                )
            )
    return found


def _has_exec(command: Command) -> bool:
    return bool(command.full_argv) and command.full_argv[0].value == "exec"


def _unwrapped(argv: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Return the words without a small init or a change of user before them, and whether there was an init."""
    init = False
    while argv:
        name = argv[0].rsplit("/", 1)[-1]
        if name in _INITS:
            init = True
            at = 1
            while at < len(argv) and argv[at].startswith("-"):
                at += 1
                if argv[at - 1] == "--":
                    break
            argv = argv[at:]
        elif name in _SWITCHES and len(argv) > 2 and not argv[1].startswith("-"):
            argv = argv[2:]
        else:
            break
    return argv, init
