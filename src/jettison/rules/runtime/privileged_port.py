"""A user without rights and a port below 1024.

Outside Docker's own default (it opens these ports to everyone since 20.10) only root may listen there:
Kubernetes, Podman and older engines refuse, and the program ends at its start. Listen on a port above 1024
and map it outside.

Source: Docker 20.10 release notes; ip(7), ip_unprivileged_port_start.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_FIRST_FREE: Final = 1024


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such port of a final image that does not run as root."""
    final = model.final
    if final is None:
        return
    user = model.end_scope(final).user.split(":")[0]
    if user in ("", "root", "0") or "$" in user or model.text_has("setcap") or model.text_has("cap_net_bind"):
        return
    for stage in model.lineage(final):
        for node in stage.instructions:
            for word in node.words if node.keyword == "EXPOSE" else ():
                number = word.value.split("/")[0]
                if number.isascii() and number.isdigit() and 0 < int(number[:6]) < _FIRST_FREE:
                    yield RULE.at(word.span, f"{user[:30]} may not listen on port {number} everywhere")


RULE = Rule(
    code="JT490",
    name="privileged-port",
    group="runtime",
    message="a user without rights and a port below 1024",
    check=check,
    triggers=("expose",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(before="FROM debian:bookworm\nUSER 1000\nEXPOSE 80\n", lines=(3,)),
        Example(before="FROM debian:bookworm\nEXPOSE 80\nFROM debian:bookworm\nUSER 1000\nEXPOSE 8080\n"),
    ),
)
