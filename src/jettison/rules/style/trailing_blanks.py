"""Blanks stand at the end of a line.

They are not seen, change nothing, and show up as changes whenever an editor removes them. Only blanks that
the builder drops are reported: those after a comment and after the last word of an instruction. Lines that
end in the escape character and here-documents are left alone.

What to do: take them out.

Source: Dockerfile reference, "Format".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Effort, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span
from jettison.syntax.tree import Comment, Instruction

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Node


def check(model: Model) -> Iterator[Finding]:
    """Report blanks after comments and after whole instructions."""
    for node in model.file.nodes:
        span = _blanks(model, node)
        if span is not None:
            yield RULE.at(span, fix=Fix("Take the blanks out", (Edit(span, ""),), SAFE))


def _blanks(model: Model, node: Node) -> Span | None:
    data = model.source.data
    if isinstance(node, Comment):
        begin = node.span.start
    elif isinstance(node, Instruction) and not node.heredocs:
        begin = node.args_span.end
    else:
        return None
    text = data[begin : node.span.end].rstrip(b"\r\n")
    kept = text.rstrip(b" \t")
    # Blanks behind an escape character are escaped themselves: without them it would join the next line.
    if len(kept) == len(text) or data[begin + len(kept) - 1 : begin + len(kept)] == model.file.escape.encode():
        return None
    if kept and not isinstance(node, Comment):
        return None
    return Span(begin + len(kept), begin + len(text))


RULE = Rule(
    code="JT832",
    name="trailing-blanks",
    group="style",
    message="blanks at the end of the line",
    check=check,
    severity=Severity.INFO,
    effort=Effort.LOW,
    default=False,
    foreign=("tally/no-trailing-spaces",),
    examples=(
        Example("FROM alpine:3.20  \n# why \nRUN true\n", after="FROM alpine:3.20\n# why\nRUN true\n", lines=(1, 2)),
        Example("FROM alpine:3.20\nRUN echo a\\ \n"),
        Example("FROM alpine:3.20\nRUN cat <<EOF\na  \nEOF\n"),
    ),
)
