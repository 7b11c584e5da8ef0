"""sudo inside the image.

A build runs as the user that USER names; sudo adds a set-user-id program, a configuration that lets the
container become root, and a terminal it cannot have. Switch the USER instead; to step down in an entry
script use a tool made for it (gosu, setpriv, su-exec).

Source: Docker documentation, "Building best practices", USER.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each sudo that is called, and each that is installed into the final image."""
    for run in model.every_run:
        for command in run.commands:
            if command.full_argv and command.full_argv[0].value == "sudo":
                yield RULE.at(command.full_argv[0].span, "sudo in a build: USER says who runs the command")
        if not model.in_final_image(run.stage):
            continue
        for call in model.facts(run):
            for word in call.packages if call.action == "install" else ():
                if word.value == "sudo":
                    yield RULE.at(word.span, "sudo is installed: whoever runs the container may become root")


RULE = Rule(
    code="JT310",
    name="sudo",
    group="security",
    message="sudo inside the image",
    check=check,
    triggers=("sudo",),
    foreign=("DL3004", "DS-0010", "CKV2_DOCKER_1", "DKL-DI-0001", "8ada6e80-0ade-439e-b176-0b28f6bce35a"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN sudo apt-get update\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y sudo\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nUSER 0\nRUN apt-get update\n"),
    ),
)
