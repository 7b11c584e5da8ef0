"""The shell is changed by a link.

`ln -sf /bin/bash /bin/sh` changes a file that belongs to a package, for every program of the image. SHELL
says which shell RUN uses and changes nothing else.

Source: Dockerfile reference, "SHELL".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each link over /bin/sh."""
    for run in model.runs:
        for command in run.commands:
            if command.name == "ln" and command.arguments and command.arguments[-1] in ("/bin/sh", "/usr/bin/sh"):
                yield RULE.at(command.span)


RULE = Rule(
    code="JT416",
    name="shell-by-link",
    group="runtime",
    message="SHELL changes the shell; a link changes it for every program",
    check=check,
    triggers=("/bin/sh",),
    severity=Severity.LOW,
    foreign=("DL4005", "8a301064-c291-4b20-adcb-403fe7fd95fd"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN ln -sf /bin/bash /bin/sh\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nSHELL ["/bin/bash", "-c"]\n'),
    ),
)
