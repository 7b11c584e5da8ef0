"""An empty line inside a continued instruction.

The frontend warns: it will be an error. It also hides where the instruction ends.

Source: BuildKit build checks, NoEmptyContinuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


_EMPTY: Final = re.compile(rb"\n[ \t\r\v\f]*\n")


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each instruction with empty lines inside."""
    data = model.source.data
    for node in model.file.instructions:
        if node.end_line - node.start_line < 2 or not _EMPTY.search(data, node.span.start, node.span.end):
            continue
        spans = _empty_lines(model, node)
        if spans:
            fix = Fix("Take the empty lines out", tuple(Edit(span, "") for span in spans), SAFE)
            yield RULE.at(spans[0], fix=fix)


def _empty_lines(model: Model, node: Instruction) -> list[Span]:
    found = []
    data = model.source.data
    last = model.source.line(max(node.body_span.end - 1, node.span.start))
    for line in range(node.start_line + 1, last):
        span = model.source.line_span(line)
        if not data[span.start : span.end].strip():
            end = model.source.line_span(line + 1).start
            found.append(Span(span.start, end))
    return found


RULE = Rule(
    code="JT720",
    name="empty-continuation",
    group="correctness",
    message="an empty line inside a continued instruction",
    check=check,
    triggers=("\\\n", "\\\r\n", "`\n", "`\r\n", "\\ "),
    severity=Severity.LOW,
    foreign=("NoEmptyContinuation",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN a && \\\n\n    b\n",
            after="FROM debian:bookworm\nRUN a && \\\n    b\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nRUN a && \\\n    # note\n    b\nRUN <<E\na\n\nb\nE\n"),
    ),
)
