"""A command that makes no sense while an image is built, or in a container at all.

ssh, vim, top, service, mount, shutdown and their like need a terminal, a running init or the machine's own
devices. In a RUN they do nothing, wait for ever or fail.

Source: Docker documentation, "Building best practices".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_COMMANDS: Final = frozenset(
    "free ifconfig kill killall mount nano ps reboot service shutdown ssh top umount vi vim htop less more man".split()
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such command of a RUN."""
    for run in model.runs:
        for command in run.commands:
            # To end a process that the same RUN started is what kill is for.
            if command.name in ("kill", "killall") and len(run.commands) > 1:
                continue
            # A pager or editor that reads a pipe, or only tells its version, is no dialogue.
            if command.name in _COMMANDS and not command.in_pipeline and not _asks_version(command.arguments):
                yield RULE.at(command.span, f"{command.name} has nothing to do in a build")


def _asks_version(arguments: tuple[str, ...]) -> bool:
    return any(word in ("--version", "-V", "--help", "-h") for word in arguments)


RULE = Rule(
    code="JT411",
    name="terminal-command",
    group="runtime",
    message="a command that has nothing to do in a build",
    check=check,
    triggers=tuple(sorted(_COMMANDS)),
    severity=Severity.LOW,
    foreign=("DL3001", "9b6b0f38-92a2-41f9-b881-3a1083d99f1b"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN service mysql start\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y vim ssh && cat a | less\n"),
    ),
)
