"""Several blank lines stand in a row.

One blank line parts two thoughts; more only push the file off the screen. The builder drops them all, so
that the image does not change by a byte. Lines inside here-documents and instructions are left alone.

What to do: keep one blank line.

Source: Dockerfile reference, "Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Effort, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterator[Finding]:
    """Report runs of blank lines between instructions and comments."""
    data = model.source.data
    for node in model.file.nodes:
        if node.kind != "blank" or data.count(b"\n", node.span.start, node.span.end) < 2:
            continue
        fix = Fix("Keep one blank line", (Edit(node.span, model.source.newline),), SAFE)
        yield RULE.at(node.span, fix=fix)


RULE = Rule(
    code="JT830",
    name="several-blank-lines",
    group="style",
    message="several blank lines in a row",
    check=check,
    severity=Severity.INFO,
    effort=Effort.LOW,
    default=False,
    foreign=("tally/no-multiple-empty-lines",),
    examples=(
        Example("FROM alpine:3.20\n\n\nRUN true\n", after="FROM alpine:3.20\n\nRUN true\n", lines=(2,)),
        Example("FROM alpine:3.20\n\nRUN true\n"),
    ),
)
