"""A port for getting into machines is exposed.

22 is SSH, 23 telnet, 3389 remote desktop, 2375 and 2376 the engine's own interface, which is root on the
host. A container is entered with `docker exec`; it needs no server for that.

Source: CIS Docker Benchmark, 5.x; Docker documentation, "Protect the Docker daemon socket".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_PORTS: Final = {
    "22": "SSH",
    "23": "telnet",
    "512": "rexec",
    "513": "rlogin",
    "514": "rsh",
    "2375": "the engine's interface, without encryption",
    "2376": "the engine's interface",
    "3389": "remote desktop",
    "5900": "VNC",
    "5985": "remote PowerShell",
}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such port of the final image."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            if node.keyword != "EXPOSE":
                continue
            scope = model.scope_at(node, stage)
            for word in node.words:
                number, _, protocol = scope.value(word.raw, model.file.escape).partition("/")
                if number in _PORTS and protocol.lower() != "udp":
                    yield RULE.at(word.span, f"port {number} is {_PORTS[number]}")


RULE = Rule(
    code="JT326",
    name="remote-access-port",
    group="security",
    message="a port for getting into machines is exposed",
    check=check,
    triggers=("expose",),
    foreign=("DS-0004", "CKV_DOCKER_1", "5907595b-5b6d-4142-b173-dbb0e73fbff8"),
    examples=(
        Example(before="FROM debian:bookworm\nEXPOSE 22 8080\nEXPOSE 2375/tcp\n", lines=(2, 3)),
        Example(before="FROM debian:bookworm\nEXPOSE 8022 514/udp\n"),
    ),
)
