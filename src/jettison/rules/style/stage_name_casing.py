"""A stage name with capital letters.

Names of stages are compared without case; in lower case nobody has to know that.

Source: BuildKit build checks, StageNameCasing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each stage name that is not in lower case."""
    for stage in model.stages:
        if stage.name is None:
            continue
        word = stage.from_.words[2]
        if word.raw != word.raw.lower():
            yield RULE.at(word.span, fix=Fix("Write it small", (Edit(word.span, word.raw.lower()),), SAFE))


RULE = Rule(
    code="JT803",
    name="stage-name-casing",
    group="style",
    message="a stage name with capital letters",
    check=check,
    triggers=(" as ", "\tas "),
    severity=Severity.INFO,
    foreign=("StageNameCasing",),
    examples=(
        Example(before="FROM debian:bookworm AS Build\n", after="FROM debian:bookworm AS build\n", lines=(1,)),
        Example(before="FROM debian:bookworm AS build\n"),
    ),
)
