"""A stage takes files from itself or from a stage that comes later.

The build fails: stages are built in the order of what they need, and nothing can need itself.

Source: Dockerfile reference, "COPY --from".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each instruction that needs its own or a later stage."""
    for stage in model.stages:
        for node in stage.order_errors:
            yield RULE.at(node.span, f"{node.keyword} takes files from its own stage or one that comes later")


RULE = Rule(
    code="JT702",
    name="stage-order",
    group="correctness",
    message="a stage needs itself or a later stage",
    check=check,
    triggers=("from=",),
    severity=Severity.HIGH,
    foreign=("DL3023", "DS-0006", "tally/circular-stage-deps", "cdddb86f-95f6-4fc4-b5a1-483d9afceb2b"),
    examples=(
        Example(before="FROM debian:bookworm AS a\nCOPY --from=a /x /y\n", lines=(2,)),
        Example(before="FROM debian:bookworm AS a\nCOPY --from=b /x /y\nFROM debian:bookworm AS b\n", lines=(2,)),
        Example(before="FROM debian:bookworm AS a\nFROM debian:bookworm AS b\nCOPY --from=a /x /y\n"),
    ),
)
