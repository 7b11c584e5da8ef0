"""A stage uses wget in one place and curl in another.

One tool for one job is easier to read and to secure. Both often come with the base and then cost nothing; so this is
off by default, and wget-and-curl reports the images that install both.

Source: hadolint's documentation of DL4001.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first call, in each stage, of the tool that comes second."""
    seen: dict[int, str] = {}
    for run in model.runs:
        for command in run.commands:
            if command.name not in ("wget", "curl"):
                continue
            first = seen.setdefault(run.stage.index, command.name)
            if first not in (command.name, ""):
                seen[run.stage.index] = ""
                yield RULE.at(command.span, f"{command.name} here, {first} above")


RULE = Rule(
    code="JT115",
    name="wget-and-curl-used",
    group="size",
    message="both wget and curl are used",
    check=check,
    triggers=("wget",),
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    default=False,
    foreign=("DL4001", "DS-0014"),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN wget -q https://e.org/a\nRUN curl -fsSLO https://e.org/b\n", lines=(3,)
        ),
        Example(before="FROM debian:bookworm\nRUN curl -fsSLO https://e.org/a && curl -fsSLO https://e.org/b\n"),
    ),
)
