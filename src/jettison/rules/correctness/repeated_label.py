"""A label that is set twice.

The later value wins, so the earlier one only misleads who reads the file.

Source: Dockerfile reference, "LABEL".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each label of a stage that a later instruction sets again."""
    for stage in model.stages:
        last: dict[str, tuple[Instruction, int]] = {}
        for node in stage.instructions:
            for number, (name, _) in enumerate(node.pairs if node.keyword == "LABEL" else ()):
                if "$" in name.raw:
                    continue
                if name.value in last:
                    yield _finding(model, *last[name.value])
                last[name.value] = (node, number)


def _finding(model: Model, node: Instruction, number: int) -> Finding:
    name = node.pairs[number][0]
    fix = None
    if len(node.pairs) == 1 and not node.inner_comments:
        fix = Fix("Remove the value that is replaced", (Edit(whole_lines(model, node), ""),), SAFE)
    return RULE.at(name.span, f"{name.value[:60]} is set again further down", fix)


RULE = Rule(
    code="JT749",
    name="repeated-label",
    group="correctness",
    message="a label is set again further down",
    check=check,
    triggers=("label",),
    severity=Severity.LOW,
    foreign=("tally/labels/no-duplicate-keys",),
    examples=(
        Example(
            before="FROM debian:12\nLABEL a=1\nLABEL a=2 b=3\n",
            after="FROM debian:12\nLABEL a=2 b=3\n",
            lines=(2,),
        ),
        Example(before="FROM debian:12 AS x\nLABEL a=1\nFROM debian:12\nLABEL a=2\n"),
    ),
)
