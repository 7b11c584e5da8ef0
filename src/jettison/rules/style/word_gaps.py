"""Several blanks between the words of an instruction.

Commands of RUN, CMD and ENTRYPOINT in shell form are left as they are.

Source: the layout of the examples in the Dockerfile reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

_PLAIN: Final = frozenset(
    ("FROM", "COPY", "ADD", "ENV", "LABEL", "EXPOSE", "ARG", "VOLUME", "USER", "WORKDIR", "STOPSIGNAL")
)


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each instruction with wide gaps."""
    for node in model.file.instructions:
        gaps = _gaps(model, node)
        if gaps:
            yield RULE.at(gaps[0], fix=Fix("One blank is enough", tuple(Edit(gap, " ") for gap in gaps), SAFE))


def _gaps(model: Model, node: Instruction) -> list[Span]:
    spans = [node.keyword_span, *(flag.span for flag in node.flags)]
    if node.keyword in _PLAIN and node.form != "exec" and not node.heredocs and not _legacy(node):
        spans += [word.span for word in node.words]
    elif node.words and node.form != "exec":
        spans.append(Span(node.body_span.start, node.body_span.start))
    spans.sort()
    found = []
    for left, right in pairwise(spans):
        gap = model.source.data[left.end : right.start]
        if len(gap) > 1 and not gap.strip(b" \t"):
            found.append(Span(left.end, right.start))
    return found


def _legacy(node: Instruction) -> bool:
    # ENV name value: the value is one text, and its inner blanks are its own.
    return bool(node.pairs) and len(node.pairs) == 1 and node.keyword in ("ENV", "LABEL")


RULE = Rule(
    code="JT835",
    name="word-gaps",
    group="style",
    message="several blanks between words",
    check=check,
    triggers=("  ", " \t", "\t"),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/no-multi-spaces",),
    examples=(
        Example(
            before="FROM  debian:bookworm   AS  a\nCOPY  x   /y\nRUN   a   b\n",
            after="FROM debian:bookworm AS a\nCOPY x /y\nRUN a   b\n",
            lines=(1, 2, 3),
        ),
        Example(before="FROM debian:bookworm\nRUN a  b\nENV A  two  words\n"),
    ),
)
