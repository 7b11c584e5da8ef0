"""The image has no HEALTHCHECK.

An engine then knows that a process exists, not that it works. Tools that run and end, and images that others build
on, need none; so this is off by default, and missing-healthcheck reports the images that listen on a port.

Source: Dockerfile reference, "HEALTHCHECK".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when the final image has no HEALTHCHECK of its own or of a stage it is built on."""
    final = model.final
    if final is not None and model.end_scope(final).healthcheck is None:
        yield RULE.at(final.from_.span)


RULE = Rule(
    code="JT419",
    name="no-healthcheck",
    group="runtime",
    message="the image has no HEALTHCHECK",
    check=check,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    default=False,
    foreign=(
        "DL3057",
        "DS-0026",
        "CKV_DOCKER_2",
        "tally/ruby/healthcheck-rails-up-endpoint",
        "CIS-DI-0006",
        "b03a748a-542d-44f4-bb86-9199ab4fd2d5",
    ),
    examples=(
        Example(before='FROM debian:bookworm\nCMD ["/app"]\n', lines=(1,)),
        Example(before='FROM debian:bookworm\nHEALTHCHECK NONE\nCMD ["/app"]\n'),
    ),
)
