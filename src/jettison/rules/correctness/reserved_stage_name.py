"""A stage has a name that means something else.

`scratch` is the empty base and `context` the build context. A stage of that name cannot be referred to.

Source: BuildKit build checks, ReservedStageName.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each stage called scratch or context."""
    for stage in model.stages:
        if stage.name in ("scratch", "context"):
            yield RULE.at(stage.from_.words[2].span, f"{stage.name} is a reserved name")


RULE = Rule(
    code="JT704",
    name="reserved-stage-name",
    group="correctness",
    message="a stage has a reserved name",
    check=check,
    triggers=(" as scratch", " as context"),
    severity=Severity.HIGH,
    foreign=("ReservedStageName", "DL3063"),
    examples=(
        Example(before="FROM debian:bookworm AS scratch\n", lines=(1,)),
        Example(before="FROM scratch AS empty\n"),
    ),
)
