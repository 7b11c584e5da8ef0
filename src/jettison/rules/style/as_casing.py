"""AS in another case than FROM.

Source: BuildKit build checks, FromAsCasing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each AS that is not in the case of its FROM."""
    for stage in model.stages:
        if stage.name is None:
            continue
        word = stage.from_.words[1]
        keyword = model.source.text(stage.from_.keyword_span)
        right = "as" if keyword.islower() else "AS"
        if (keyword.islower() or keyword.isupper()) and word.raw != right:
            yield RULE.at(word.span, fix=Fix(f"Write {right}", (Edit(word.span, right),), SAFE))


RULE = Rule(
    code="JT802",
    name="as-casing",
    group="style",
    message="AS in another case than FROM",
    check=check,
    triggers=(" as ", "\tas "),
    severity=Severity.INFO,
    foreign=("FromAsCasing",),
    examples=(
        Example(before="FROM debian:bookworm as a\n", after="FROM debian:bookworm AS a\n", lines=(1,)),
        Example(before="from debian:bookworm as a\nFROM debian:bookworm AS b\n"),
    ),
)
