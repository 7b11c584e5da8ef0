"""The labels of one LABEL are not in alphabetical order.

A fixed order keeps changes small. Off unless it is selected.

Source: OCI image specification, "Annotations".
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first label of each LABEL that stands behind a later name."""
    for node in model.instructions("LABEL"):
        names = [name for name, _ in node.pairs]
        if len(names) > 500 or any("$" in name.raw for name in names):
            continue
        late = next((b for a, b in pairwise(names) if b.value < a.value), None)
        if late is not None:
            yield RULE.at(late.span, f"{late.value[:60]} is out of order")


RULE = Rule(
    code="JT824",
    name="label-order",
    group="style",
    message="labels are not in alphabetical order",
    check=check,
    triggers=("label",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/labels/prefer-stable-order",),
    examples=(
        Example(before="FROM debian:12\nLABEL b=1 a=2\n", lines=(2,)),
        Example(before="FROM debian:12\nLABEL a=1 b=2\n"),
    ),
)
