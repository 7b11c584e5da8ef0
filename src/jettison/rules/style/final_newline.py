"""The file does not end with a newline.

Tools that add a line at the end join it to the last one, and every later change of the end touches a line
more than it needs to. The builder reads the file the same way with and without it.

What to do: end the file with a newline.

Source: POSIX.1-2017, 3.206 "Line".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Effort, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterator[Finding]:
    """Report a last line without a newline; one that ends in a continuation is left alone."""
    data = model.source.data
    nodes = model.file.nodes
    if not nodes or data.endswith((b"\n", b"\r")) or nodes[-1].kind not in ("instruction", "comment"):
        return
    if data.rstrip().endswith(model.file.escape.encode()):
        return
    end = len(data)
    fix = Fix("End the file with a newline", (Edit(Span(end, end), model.source.newline),), SAFE)
    yield RULE.at(Span(end - 1, end), fix=fix)


RULE = Rule(
    code="JT831",
    name="final-newline",
    group="style",
    message="the file does not end with a newline",
    check=check,
    severity=Severity.INFO,
    effort=Effort.LOW,
    default=False,
    foreign=("tally/eol-last",),
    examples=(
        Example("FROM alpine:3.20\nRUN true", after="FROM alpine:3.20\nRUN true\n", lines=(2,)),
        Example("FROM alpine:3.20\nRUN true\n"),
    ),
)
