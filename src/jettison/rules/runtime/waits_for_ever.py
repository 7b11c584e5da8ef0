"""The container only waits.

`tail -f /dev/null` or `sleep infinity` keeps a container alive that does nothing, so that its death says
nothing about the service.

Start the service itself. Files below `.devcontainer` are left alone: there it is the custom. For a container that people work in, the orchestrator's own setting serves
(`tty: true`).

Source: Docker documentation, "Containers", lifecycle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a start command that ends in waiting for nothing."""
    if ".devcontainer" in model.path:
        return
    last = {start.node.span.start: start for start in model.start_commands()}
    for start in last.values():
        words = start.argv[1:]
        if (start.program == "tail" and "/dev/null" in words) or (
            start.program == "sleep" and words[:1] in (("infinity",), ("inf",))
        ):
            yield RULE.at(start.node.span)


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
        Example(
            before='FROM debian:bookworm\nENTRYPOINT ["tini", "--"]\nCMD ["sh", "-c", "x; sleep infinity"]\n',
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nRUN a > /dev/null\nCMD tail -f /var/log/x\n"),
    ),
)
