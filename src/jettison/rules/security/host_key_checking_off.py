"""SSH does not check whom it talks to.

With host-key checking off anyone on the way can answer for the server. Put the known key into
/etc/ssh/ssh_known_hosts, or use `RUN --mount=type=ssh` with a known_hosts file from the project. `ssh-keyscan`
in the build asks the very server that is to be checked and proves nothing.

Source: ssh_config(5), StrictHostKeyChecking.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_MARKS: Final = (
    "stricthostkeychecking=no",
    "stricthostkeychecking no",
    "userknownhostsfile=/dev/null",
    "userknownhostsfile /dev/null",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each command, and each ENV, that turns host-key checking off."""
    for run in model.every_run:
        for command in run.commands:
            text = " ".join(word.value for word in command.full_argv).lower()
            if any(mark in text for mark in _MARKS) or any(
                m in v.lower() for _, v in command.assignments for m in _MARKS
            ):
                yield RULE.at(command.span)
    for node in model.instructions("ENV", "ARG"):
        for _, value in node.pairs:
            if value is not None and any(mark in value.value.lower() for mark in _MARKS):
                yield RULE.at(value.span)


RULE = Rule(
    code="JT325",
    name="host-key-checking-off",
    group="security",
    message="SSH does not check whom it talks to",
    check=check,
    triggers=("stricthostkey", "userknownhosts"),
    examples=(
        Example(before='FROM debian:bookworm\nENV GIT_SSH_COMMAND="ssh -o StrictHostKeyChecking=no"\n', lines=(2,)),
        Example(
            before="FROM debian:bookworm\nRUN echo 'StrictHostKeyChecking no' >> /etc/ssh/ssh_config\n", lines=(2,)
        ),
        Example(before="FROM debian:bookworm\nRUN --mount=type=ssh git clone git@e.org:x\n"),
    ),
)
