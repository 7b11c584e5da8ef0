"""A process manager, or several processes, in one container.

The engine watches process 1 only: when a service below a manager dies, nobody outside sees it, the logs are
mixed, and a stop has to go through all of them. One service per container; an orchestrator or Compose starts
the others.

Images made for it (s6-overlay, pm2-runtime) are not reported.

Source: Docker documentation, "Run multiple processes in a container".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_MANAGERS: Final = frozenset(
    ("supervisord", "pm2", "systemd", "init", "monit", "forever", "circusd", "foreman", "honcho")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a start command that is a manager or leaves services in the background."""
    final = model.final
    if final is None:
        return
    for stage, node in start_nodes(model, final):
        commands = model.shell_body(node, stage).commands
        names = [command.name for command in commands]
        manager = next((name for name in names[:1] if name in _MANAGERS), None)
        if manager:
            yield RULE.at(node.span, f"{manager} hides the services below it")
        elif any(name in ("service", "systemctl", "rc-service") for name in names) and len(names) > 1:
            yield RULE.at(node.span, "a service in the background, and process 1 only waits")
        elif any(command.operator_before == "&" for command in commands):
            yield RULE.at(node.span, "several processes, and the engine watches one")


RULE = Rule(
    code="JT463",
    name="process-manager",
    group="runtime",
    message="several services in one container",
    check=check,
    triggers=(
        "supervisord",
        "pm2",
        "systemd",
        "init",
        "monit",
        "forever",
        "circusd",
        "foreman",
        "honcho",
        "service ",
        "systemctl",
        "&",
    ),
    severity=Severity.LOW,
    effort=Effort.HIGH,
    examples=(
        Example(before='FROM debian:bookworm\nCMD ["/usr/bin/supervisord", "-n"]\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nCMD service nginx start && tail -f /dev/null\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nCMD redis-server & node app.js\n", lines=(2,)),
        Example(before='FROM node:20\nCMD ["pm2-runtime", "app.js"]\n'),
    ),
)
