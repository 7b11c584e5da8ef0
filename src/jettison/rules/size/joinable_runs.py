"""Neighbouring RUNs that install packages could be one layer.

Each RUN is a layer. Two that install packages one after the other read and keep the package lists
twice, and what the second deletes of the first stays in the image.

Join them. A failing second half then also runs the first again, so the fix is not a safe one.

Source: Docker documentation, "Building best practices", RUN.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Effort, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run

_MANAGERS = frozenset(("apt", "apk", "dnf", "yum"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that directly follows another and, like it, calls a package manager."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for first, second in zip(stage.instructions, stage.instructions[1:], strict=False):
            if first.keyword != "RUN" or second.keyword != "RUN":
                continue
            one, two = model.run_at[first.span.start], model.run_at[second.span.start]
            if _installs(model, one) and _installs(model, two):
                yield RULE.at(second.span, fix=_join(model, one, two))


def _installs(model: Model, run: Run) -> bool:
    return any(call.manager in _MANAGERS for call in model.facts(run))


def _join(model: Model, one: Run, two: Run) -> Fix | None:
    first, second = one.instruction, two.instruction
    between = Span(first.body_span.end, second.body_span.start)
    if one.has_error or two.has_error or first.flags or second.flags or first.heredocs or second.heredocs:
        return None
    if first.form != "shell" or second.form != "shell" or not one.commands or not two.commands:
        return None
    # Only a plain chain of && may be continued: after `||` or `;` the meaning would change.
    if any(command.operator_before not in ("", "&&") for command in (*one.commands, *two.commands)):
        return None
    if model.source.text(Span(first.span.end, second.span.start)).strip():
        return None
    escape, newline = model.file.escape, model.source.newline
    return Fix("Join the two RUNs", (Edit(between, f" {escape}{newline}    && "),), UNSAFE)


RULE = Rule(
    code="JT107",
    name="joinable-runs",
    group="size",
    message="this RUN and the one before it install packages; joined they are one layer",
    check=check,
    triggers=("run",),
    severity=Severity.LOW,
    effort=Effort.LOW,
    foreign=("DL3059", "tally/prefer-run-heredoc", "0008c003-79aa-42d8-95b8-1c2fe37dbfe6"),
    differs="Only RUNs that both install packages are reported: others are often apart on purpose, for the cache.",
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get update\nRUN apt-get install -y curl\n",
            after="FROM debian:bookworm\nRUN apt-get update \\\n    && apt-get install -y curl\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nRUN apt-get update || true\nRUN apt-get install -y curl\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nRUN make\nRUN make install\n"),
    ),
)
