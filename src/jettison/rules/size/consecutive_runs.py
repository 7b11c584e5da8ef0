"""RUNs of one command each follow one another.

Each is a layer of its own. Where the commands belong together, one RUN says so, and what one of them leaves behind
another can remove. It often is a matter of taste: separate RUNs are cached separately. Off by default; where joining
saves bytes for certain, joinable-runs says so.

Source: Docker documentation, "Building best practices", RUN.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN of one command that directly follows another one with the same flags."""
    commands = {run.instruction.span.start: len(run.commands) for run in model.runs}
    for stage in model.stages:
        for first, second in zip(stage.instructions, stage.instructions[1:], strict=False):
            both = (first, second)
            if any(node.keyword != "RUN" or node.heredocs or commands[node.span.start] > 1 for node in both):
                continue
            if _flags(first) == _flags(second):
                yield RULE.at(second.keyword_span)


def _flags(node: Instruction) -> list[tuple[str, str]]:
    return sorted((flag.name, flag.value or "") for flag in node.flags)


RULE = Rule(
    code="JT114",
    name="consecutive-runs",
    group="size",
    message="this RUN of one command directly follows another",
    check=check,
    triggers=("run",),
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    default=False,
    foreign=("DL3059",),
    examples=(
        Example(before="FROM debian:bookworm\nRUN make\nRUN make install\n", lines=(3,)),
        Example(before="FROM debian:bookworm\nRUN make\nWORKDIR /srv\nRUN make && make install\nRUN make test\n"),
        Example(before="FROM debian:bookworm\nRUN --mount=type=secret,id=a make\nRUN make install\n"),
    ),
)
