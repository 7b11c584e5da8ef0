"""A repository key that all repositories may use.

`apt-key add` puts the key where it vouches for every repository of the system; whoever has it can replace
any package. apt-key is gone from Debian 13. Put the key into /etc/apt/keyrings and name it in the repository's
line: `deb [signed-by=/etc/apt/keyrings/x.asc] https://...`.

Source: apt-key(8), "Deprecated"; sources.list(5).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each use of apt-key that adds a key."""
    for run in model.every_run:
        for command in run.commands:
            if command.name == "apt-key" and any(a in ("add", "adv", "--keyring") for a in command.arguments):
                yield RULE.at(command.span)


RULE = Rule(
    code="JT330",
    name="apt-key",
    group="security",
    message="a repository key that all repositories may use",
    check=check,
    triggers=("apt-key",),
    severity=Severity.LOW,
    examples=(
        Example(before="FROM debian:bookworm\nRUN curl -fsS https://e.org/k | apt-key add -\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN curl -fsSo /etc/apt/keyrings/x.asc https://e.org/k\n"),
    ),
)
