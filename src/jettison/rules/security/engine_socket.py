"""The image counts on the engine's socket.

Who may write to /var/run/docker.sock is root on the host. A VOLUME, a mode change or a group for it in the
image makes that the normal way to run it.

Source: Docker documentation, "Docker daemon attack surface".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each VOLUME of the socket and each command that opens it."""
    for node in model.instructions("VOLUME"):
        for word in node.words:
            if word.value.rstrip("/").endswith(("docker.sock", "podman.sock", "containerd.sock")):
                yield RULE.at(word.span)
    for run in model.runs:
        for command in run.commands:
            if command.name in ("chmod", "chown", "chgrp", "ln") and any(
                a.endswith("docker.sock") for a in command.arguments
            ):
                yield RULE.at(command.span)


RULE = Rule(
    code="JT327",
    name="engine-socket",
    group="security",
    message="who may write to the engine's socket is root on the host",
    check=check,
    triggers=(".sock",),
    severity=Severity.HIGH,
    examples=(
        Example(before="FROM debian:bookworm\nVOLUME /var/run/docker.sock\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nENV SOCKET=/run/app.sock\n"),
    ),
)
