"""The image says nothing about how to tell whether it works.

Without HEALTHCHECK an engine knows that a process exists, not that it answers.

Add one that uses a tool the final image really has. Kubernetes ignores it and wants probes instead.

Source: Dockerfile reference, "HEALTHCHECK".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when a final image that exposes a port has no HEALTHCHECK."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    if scope.exposed and scope.healthcheck is None:
        node = next((n for n in final.instructions if n.keyword == "EXPOSE"), final.from_)
        yield RULE.at(node.span)


RULE = Rule(
    code="JT402",
    name="missing-healthcheck",
    group="runtime",
    message="a port is exposed and no HEALTHCHECK tells whether it answers",
    check=check,
    triggers=("expose",),
    severity=Severity.LOW,
    effort=Effort.MEDIUM,
    foreign=("DL3057", "DS-0026", "CKV_DOCKER_2"),
    examples=(
        Example(before="FROM debian:bookworm\nEXPOSE 80\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nEXPOSE 80\nHEALTHCHECK NONE\n"),
    ),
)
