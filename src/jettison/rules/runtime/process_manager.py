"""A process manager is what the container starts.

It hides a crash: the program dies and is started again inside, while the engine sees a healthy process 1.
Logs, restarts, limits and health then are per container, not per program.

Start one program per container, and let the engine or the orchestrator restart it. Where several programs
cannot be parted, s6-overlay at least ends the container when one of them fails. Managers made for
containers (s6-overlay, pm2-runtime) are reported as information only.

Source: Docker documentation, "Run multiple processes in a container".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Severity
from jettison.knowledge.start_commands import MANAGERS, OWN_INIT
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each process manager among the commands that start the final image."""
    for start in model.start_commands():
        full = start.argv[0]
        name = full if full in MANAGERS else start.program
        # /init is s6-overlay's, /sbin/init systemd's; another init may be anything.
        if name not in MANAGERS or (name == "init" and not full.endswith("sbin/init")):
            continue
        found = RULE.at(start.span, f"{name} keeps the programs: the engine does not see them fail")
        yield found._replace(severity=Severity.INFO) if name in OWN_INIT else found


RULE = Rule(
    code="JT463",
    name="process-manager",
    group="runtime",
    message="a process manager is what the container starts",
    check=check,
    triggers=(
        "supervisord",
        "pm2",
        "systemd",
        "/init",
        "runsvdir",
        "monit",
        "forever",
        "circusd",
        "foreman",
        "honcho",
        "s6-",
    ),
    severity=Severity.LOW,
    effort=Effort.HIGH,
    examples=(
        Example(before='FROM debian:bookworm\nCMD ["/usr/bin/supervisord", "-n"]\n', lines=(2,)),
        Example(before="FROM node:20\nCMD exec pm2-runtime app.js\n", lines=(2,)),
        Example(before='FROM centos:7\nCMD ["/usr/sbin/init"]\n', lines=(2,)),
        Example(before='FROM debian:bookworm\nENTRYPOINT ["tini", "--"]\nCMD ["/srv/init"]\n'),
    ),
)
