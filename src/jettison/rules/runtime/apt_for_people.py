"""apt instead of apt-get.

apt is for people at a terminal: it warns that its command line is not stable, and prints progress bars.

Source: apt(8), "Script usage and differences from other apt tools".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_SAME = frozenset(
    ("update", "install", "remove", "purge", "upgrade", "autoremove", "clean", "autoclean", "source", "build-dep")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each call of apt."""
    for run in model.every_run:
        for command in run.commands:
            if not command.argv or command.argv[0].value != "apt":
                continue
            verb = next((a for a in command.arguments if not a.startswith("-")), "")
            fix = Fix("Use apt-get", (Edit(command.argv[0].span, "apt-get"),), SAFE) if verb in _SAME else None
            yield RULE.at(command.argv[0].span, fix=fix)


RULE = Rule(
    code="JT413",
    name="apt-for-people",
    group="runtime",
    message="apt is for people at a terminal; a script uses apt-get",
    check=check,
    triggers=("apt ",),
    severity=Severity.INFO,
    foreign=("DL3027", "CKV_DOCKER_9", "b84a0b47-2e99-4c9f-8933-98bcabe2b94d"),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt update && apt install -y curl\n",
            after="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl\n",
            lines=(2, 2),
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get update\n"),
    ),
)
