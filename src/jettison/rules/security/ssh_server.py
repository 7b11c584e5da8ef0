"""An SSH server is installed.

It needs keys, accounts and updates of its own, and a second process in the container. `docker exec` and
`kubectl exec` enter a container without any of it.

Source: CIS Docker Benchmark, 5.x, "sshd is not run within containers".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Impact, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_PACKAGES: Final = frozenset(("openssh-server", "dropbear", "telnetd", "rsh-server", "vsftpd", "proftpd"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each server of this kind in the final image."""
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            for word in call.packages if call.action == "install" else ():
                if word.value.split("=")[0] in _PACKAGES:
                    yield RULE.at(
                        word.span,
                        f"{word.value[:40]} in a container",
                        impact=Impact(bytes_saved=(1_000_000, 10_000_000)),
                    )


RULE = Rule(
    code="JT332",
    name="ssh-server",
    group="security",
    message="a server for remote login in a container",
    check=check,
    triggers=tuple(sorted(_PACKAGES)),
    severity=Severity.MEDIUM,
    examples=(
        Example(before="FROM debian:bookworm\nRUN apt-get install -y openssh-server\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y openssh-client\n"),
    ),
)
