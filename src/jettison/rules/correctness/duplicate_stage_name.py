"""Two stages have the same name.

A later COPY --from=NAME or --target NAME takes the stage that was defined last before it; which one
that is changes when lines move.

Source: Dockerfile reference, "FROM"; BuildKit build checks, DuplicateStageName.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each stage name that was given before."""
    seen: dict[str, int] = {}
    for stage in model.stages:
        if stage.name is None:
            continue
        if stage.name in seen:
            word = stage.from_.words[2]
            yield RULE.at(word.span, f"the stage on line {seen[stage.name]} has the same name")
        seen.setdefault(stage.name, stage.from_.start_line)


RULE = Rule(
    code="JT703",
    name="duplicate-stage-name",
    group="correctness",
    message="two stages have the same name",
    check=check,
    triggers=(" as ",),
    severity=Severity.HIGH,
    foreign=("DL3024", "DuplicateStageName", "DS-0012", "CKV_DOCKER_11", "f2daed12-c802-49cd-afed-fe41d0b82fed"),
    examples=(
        Example(before="FROM debian:bookworm AS a\nFROM debian:bookworm AS A\n", lines=(2,)),
        Example(before="FROM debian:bookworm AS a\nFROM debian:bookworm AS b\n"),
    ),
)
