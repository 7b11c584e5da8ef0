"""The protocol of EXPOSE is not in lower case.

Later frontends and other tools compare it as it is written.

Source: BuildKit build checks, ExposeProtoCasing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each protocol with a capital letter."""
    for node in model.instructions("EXPOSE"):
        for word in node.words:
            port, slash, protocol = word.raw.partition("/")
            if slash and "$" not in protocol and protocol != protocol.lower():
                yield RULE.at(
                    word.span, fix=Fix("Write it small", (Edit(word.span, f"{port}/{protocol.lower()}"),), SAFE)
                )


RULE = Rule(
    code="JT712",
    name="expose-protocol-casing",
    group="correctness",
    message="the protocol is not in lower case",
    check=check,
    triggers=("expose",),
    severity=Severity.LOW,
    foreign=("ExposeProtoCasing",),
    examples=(
        Example(
            before="FROM debian:bookworm\nEXPOSE 80/TCP\n",
            after="FROM debian:bookworm\nEXPOSE 80/tcp\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nEXPOSE 80/tcp 90\n"),
    ),
)
