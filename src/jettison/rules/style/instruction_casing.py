"""Instructions in mixed case.

The reference writes them in capitals, which sets them apart from their arguments; one file keeps to one way.
The fix writes all as most of them are.

Source: BuildKit build checks, ConsistentInstructionCasing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each instruction in another case than most."""
    data = model.source.data
    if all(data[n.keyword_span.start : n.keyword_span.end].isupper() for n in model.file.instructions):
        return
    words = [(node, model.source.text(node.keyword_span)) for node in model.file.instructions]
    small = sum(text.islower() for _, text in words)
    wanted = str.lower if small * 2 > len(words) else str.upper
    for node, text in words:
        right = wanted(text)
        if text != right:
            fix = Fix(f"Write {right}", (Edit(node.keyword_span, right),), SAFE)
            yield RULE.at(node.keyword_span, f"{text} where the other instructions are written like {right}", fix)


RULE = Rule(
    code="JT801",
    name="instruction-casing",
    group="style",
    message="instructions in mixed case",
    check=check,
    severity=Severity.INFO,
    foreign=("ConsistentInstructionCasing",),
    examples=(
        Example(
            before="FROM debian:bookworm\nrun a\nRUN b\n", after="FROM debian:bookworm\nRUN a\nRUN b\n", lines=(2,)
        ),
        Example(before="from debian:bookworm\nrun a\n"),
    ),
)
