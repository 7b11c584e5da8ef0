"""Labels in several LABEL lines, one after the other.

One LABEL holds them all and shows them as a block. Off unless it is selected; it is a matter of taste since labels
cost no layer.

Source: Docker documentation, "Building best practices", LABEL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each LABEL that directly follows another."""
    for stage in model.stages:
        before = stage.from_
        reported = False
        for node in stage.instructions:
            both = node.keyword == "LABEL" and before.keyword == "LABEL"
            if both and not reported:
                yield RULE.at(node.keyword_span)
            reported = both
            before = node


RULE = Rule(
    code="JT823",
    name="labels-apart",
    group="style",
    message="one LABEL can hold this and the one before",
    check=check,
    triggers=("label",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/labels/prefer-grouped",),
    examples=(
        Example(before="FROM debian:12\nLABEL a=1\nLABEL b=2\nLABEL c=3\n", lines=(3,)),
        Example(before="FROM debian:12\nLABEL a=1 b=2\nRUN a\nLABEL c=3\n"),
    ),
)
