"""The container only waits.

`tail -f /dev/null` or `sleep infinity` keeps a container alive that does nothing, so that its death says
nothing about the service.

Start the service itself. For a container that people work in, the orchestrator's own setting serves
(`tty: true`).

Source: Docker documentation, "Containers", lifecycle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a start command that ends in waiting for nothing."""
    final = model.final
    if final is None:
        return
    for stage, node in start_nodes(model, final):
        for command in model.shell_body(node, stage).commands[-1:]:
            words = command.arguments
            if (command.name == "tail" and "/dev/null" in words) or (
                command.name == "sleep" and words[:1] in (("infinity",), ("inf",))
            ):
                yield RULE.at(node.span)


RULE = Rule(
    code="JT489",
    name="waits-for-ever",
    group="runtime",
    message="the container only waits",
    check=check,
    triggers=("/dev/null", "infinity", "inf"),
    severity=Severity.LOW,
    examples=(
        Example(before="FROM debian:bookworm\nCMD tail -f /dev/null\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nCMD ["sleep", "infinity"]\n', lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN a > /dev/null\nCMD tail -f /var/log/x\n"),
    ),
)
