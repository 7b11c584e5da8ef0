"""Something other than ARG stands before the first FROM.

The build fails: only comments, directives and ARG may stand there.

Source: Dockerfile reference, "FROM".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first instruction when it is neither FROM nor ARG."""
    for node in model.file.instructions:
        if node.keyword == "FROM":
            return
        if node.keyword != "ARG":
            # A FROM that could not be read stands there all the same, and is told by itself (JT001).
            if any(error.keyword == "FROM" and error.span.start < node.span.start for error in model.file.errors):
                return
            yield RULE.at(node.span, f"{node.keyword} stands before the first FROM")
            return


RULE = Rule(
    code="JT715",
    name="first-instruction",
    group="correctness",
    message="an instruction stands before the first FROM",
    check=check,
    severity=Severity.HIGH,
    foreign=("DL3061", "tally/require-stages"),
    examples=(
        Example(before="RUN true\nFROM debian:bookworm\n", lines=(1,)),
        Example(before="# a comment\nARG A=1\nFROM debian:bookworm\n"),
    ),
)
