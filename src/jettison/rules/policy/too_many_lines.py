"""The file is longer than the house allows.

Option `max` (50 lines by default); comments and blank lines are not counted. Off unless it is selected.

Source: a rule of one's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when the instructions of the file take more lines than allowed."""
    most = RULE.option(model, "max")
    count = sum(node.end_line - node.start_line + 1 for node in model.file.instructions)
    if isinstance(most, int) and 0 < most < count:
        yield RULE.at(model.file.instructions[0].span, f"{count} lines of instructions, {most} are allowed")


RULE = Rule(
    code="JT920",
    name="too-many-lines",
    group="policy",
    message="the file is longer than allowed",
    check=check,
    severity=Severity.INFO,
    default=False,
    foreign=("tally/max-lines",),
    options={"max": 50},
    examples=(
        Example(before="FROM debian:12\nRUN a\nRUN b\n", lines=(1,), options={"max": 2}),
        Example(before="FROM debian:12\n# a\n\nRUN a\n", options={"max": 2}),
    ),
)
