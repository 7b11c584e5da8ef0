"""FROM --platform=$TARGETPLATFORM says what is so anyway.

Source: BuildKit build checks, RedundantTargetPlatform.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each --platform that is the default."""
    for stage in model.stages:
        flag = stage.from_.flag("platform")
        if flag is not None and flag.value in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
            span = Span(flag.span.start, stage.from_.words[0].span.start)
            yield RULE.at(flag.span, fix=Fix("Leave it out", (Edit(span, ""),), SAFE))


RULE = Rule(
    code="JT717",
    name="redundant-target-platform",
    group="correctness",
    message="the target platform is the default",
    check=check,
    triggers=("targetplatform",),
    severity=Severity.INFO,
    foreign=("RedundantTargetPlatform",),
    examples=(
        Example(
            before="FROM --platform=$TARGETPLATFORM debian:bookworm\n",
            after="FROM debian:bookworm\n",
            lines=(1,),
        ),
        Example(before="FROM --platform=$BUILDPLATFORM debian:bookworm\n"),
    ),
)
