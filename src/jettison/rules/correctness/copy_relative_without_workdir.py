"""COPY to a relative target in a stage that sets no WORKDIR.

The target then lies below the base image's working folder, which the file does not show and which
changes with the base.

Source: Dockerfile reference, "WORKDIR".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each relative target while no WORKDIR is in force."""
    for stage in model.stages:
        for node, later in stage.every("COPY", "ADD"):
            if len(node.words) < 2:
                continue
            target = node.words[-1].value
            if target.startswith(("/", "$", "\\", "~")) or target[1:2] == ":":
                continue
            # A trigger runs where this stage ends.
            scope = model.end_scope(stage) if later else model.scope_at(node, stage)
            if not scope.workdir:
                yield RULE.at(node.words[-1].span)


RULE = Rule(
    code="JT710",
    name="copy-relative-without-workdir",
    group="correctness",
    message="the target depends on the base image's working folder",
    check=check,
    triggers=("copy", "add"),
    severity=Severity.LOW,
    foreign=("DL3045",),
    examples=(
        Example(before="FROM debian:bookworm\nCOPY a b\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nONBUILD COPY a b\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nONBUILD COPY a b\nWORKDIR /srv\n"),
        Example(before="FROM debian:bookworm AS x\nWORKDIR /srv\nFROM x\nCOPY a b\nADD b /c\n"),
    ),
)
