"""A user is created, and the container runs as root all the same.

Someone meant to give up root; the USER line is missing. Containers that change user by themselves (gosu, su-exec,
setpriv, an entry script) are not reported.

Source: Docker documentation, "Building best practices", USER.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Confidence, Finding, Fix
from jettison.knowledge.users import HELPERS
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.shell_command import Command


_CREATES: Final = frozenset(("useradd", "adduser"))
_DROPS: Final = (*HELPERS, "sudo", "su -", "supervisord", "sshd", "user=")

# Services that give up root by themselves.
_SERVICES: Final = frozenset(
    "apache clamav dovecot haproxy mail memcache messagebus mongodb mysql named nginx ntp postfix postgres proftpd redis "
    "sshd squid tomcat tor unbound varnish vmail www-data".split()
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first user that the final image creates when it never changes to one."""
    final = model.final
    if final is None or model.end_scope(final).user or any(model.text_has(word) for word in _DROPS):
        return
    # The editor of a development container changes to the user itself.
    if final.name and final.name.startswith("dev"):
        return
    starts = [
        command for stage, node in start_nodes(model, final) for command in model.shell_body(node, stage).commands
    ]
    if not starts or any(_may_change_user(command) for command in starts):
        return
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for command in run.commands:
            if command.name in _CREATES and command.arguments:
                name = command.arguments[-1]
                if not name or name.startswith(("-", "_")) or not name.isidentifier() or name in _SERVICES:
                    continue
                edit = before_start(model, final, (f"USER {name}",))
                yield RULE.at(
                    command.span,
                    f"{name[:40]} is created and the container runs as root",
                    Fix("Change to the user", (edit,), UNSAFE),
                )
                return


def _may_change_user(command: Command) -> bool:
    words = [word.value for word in command.argv]
    return any("entry" in word or word.endswith(".sh") or word.startswith("/docker") for word in words) or "-u" in words


RULE = Rule(
    code="JT361",
    name="unused-user",
    group="security",
    message="a user is created and the container runs as root",
    check=check,
    triggers=("useradd", "adduser"),
    confidence=Confidence.MEDIUM,
    foreign=("tally/user-created-but-never-used",),
    differs="Images whose entry script, supervisor or editor (development containers) may change the user are not reported.",
    examples=(
        Example(
            before='FROM debian:12\nRUN useradd -m app\nCMD ["a"]\n',
            after='FROM debian:12\nRUN useradd -m app\nUSER app\nCMD ["a"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM debian:12\nRUN useradd -m app\nUSER app\nCMD ["a"]\n'),
        Example(before='FROM debian:12 AS dev-envs\nRUN useradd -m vscode\nCMD ["a"]\n'),
        Example(before='FROM debian:12\nRUN useradd -m app\nENTRYPOINT ["/entrypoint.sh"]\n'),
    ),
)
