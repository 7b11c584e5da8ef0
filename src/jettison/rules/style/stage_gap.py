"""No blank line before a new stage.

A stage is a file of its own within the file; a gap shows where it begins. Comments above FROM belong to it.

Source: the layout of the examples in Docker's documentation, "Multi-stage builds".
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
    """Yield a finding for each further FROM whose comments and itself follow an instruction at once."""
    nodes = model.file.nodes
    starts = {stage.from_.span.start for stage in model.stages[1:]}
    for index, node in enumerate(nodes):
        if node.span.start not in starts:
            continue
        first = index
        while first and nodes[first - 1].kind == "comment":
            first -= 1
        if first and nodes[first - 1].kind != "blank":
            at = nodes[first].span.start
            fix = Fix("Leave a line free", (Edit(Span(at, at), model.source.newline),), SAFE)
            yield RULE.at(node.span, fix=fix)


RULE = Rule(
    code="JT833",
    name="stage-gap",
    group="style",
    message="no blank line before a new stage",
    check=check,
    triggers=("from",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/newline-between-instructions",),
    differs="Only stages are set apart: blank lines between the instructions of a stage are the author's paragraphs.",
    examples=(
        Example(
            before="FROM debian:bookworm AS a\n# the second\nFROM a\n",
            after="FROM debian:bookworm AS a\n\n# the second\nFROM a\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm AS a\n\nFROM a\n"),
    ),
)
