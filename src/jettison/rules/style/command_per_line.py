"""A long RUN holds several commands on one line.

One command on each line shows what changed, and the engine's own messages name the line. Lines of more than
`width` characters (default 100) are split before each `&&`.

Source: Docker documentation, "Building best practices", RUN.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each long line with several commands joined by &&."""
    width = RULE.option(model, "width")
    for run in model.runs:
        node = run.instruction
        if run.has_error or node.heredocs or node.form != "shell" or len(run.commands) < 2:
            continue
        edits = _edits(model, run, width)
        if edits:
            yield RULE.at(edits[0].span, fix=Fix("One command on each line", edits, SAFE))


def _edits(model: Model, run: Run, width: int) -> tuple[Edit, ...]:
    found = []
    escape, newline = model.file.escape, model.source.newline
    for left, right in zip(run.commands, run.commands[1:], strict=False):
        if right.operator_before != "&&" or any(c.in_condition or c.in_subshell for c in (left, right)):
            continue
        span = Span(left.span.end, right.span.start)
        gap = model.source.text(span)
        if gap.strip(" \t") != "&&":
            continue
        line = model.source.line_span(model.source.line(span.start))
        if line.end - line.start > width:
            found.append(Edit(span, f" {escape}{newline}    && "))
    return tuple(found)


RULE = Rule(
    code="JT837",
    name="command-per-line",
    group="style",
    message="a long line holds several commands",
    check=check,
    triggers=("&&",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/newline-per-chained-call",),
    options={"width": 100},
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update && apt-get install -y curl && echo done\n",
            after="FROM debian:bookworm\nRUN apt-get update \\\n    && apt-get install -y curl \\\n    && echo done\n",
            lines=(2,),
            options={"width": 40},
        ),
        Example(before="FROM debian:bookworm\nRUN a && b\n"),
    ),
)
