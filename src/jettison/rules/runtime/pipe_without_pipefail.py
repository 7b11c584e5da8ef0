"""A pipe whose failures are not seen.

The shell takes the exit code of the last command: `curl ... | tar x` succeeds when curl fails and tar gets
nothing, and the broken layer is cached.

Say `SHELL ["/bin/bash", "-o", "pipefail", "-c"]` where bash is there, begin the RUN with `set -o pipefail`
(bash, busybox ash, dash from 0.5.12 on), or write to a file first.

Source: Docker documentation, "Building best practices", "Using pipes".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command

# What can hardly fail, so that nothing is lost: `echo x | tee y`.
_HARMLESS: Final = frozenset(("echo", "printf", "yes", "cat", "true", "seq", ":"))


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each RUN with a pipe that may lose a failure."""
    for run in model.runs:
        if run.has_error or not any(command.in_pipeline for command in run.commands):
            continue
        if "pipefail" in " ".join(model.scope_at(run.instruction, run.stage).shell) or _sets_pipefail(run):
            continue
        lost = next((c for c, after in zip(run.commands, run.commands[1:], strict=False) if _is_lost(c, after)), None)
        if lost is not None:
            yield RULE.at(lost.span, f"when {lost.name[:40]} fails, the pipe hides it")


def _is_lost(command: Command, after: Command) -> bool:
    return (
        command.in_pipeline
        and after.in_pipeline
        and after.operator_before in ("|", "|&")
        and bool(command.name)
        and command.name not in _HARMLESS
    )


def _sets_pipefail(run: Run) -> bool:
    return any(
        c.name in ("set", "bash", "sh", "ash") and any("pipefail" in a for a in c.arguments) for c in run.commands
    )


RULE = Rule(
    code="JT414",
    name="pipe-without-pipefail",
    group="runtime",
    message="a pipe whose failures are not seen",
    check=check,
    triggers=("|",),
    severity=Severity.LOW,
    foreign=("DL4006", "efbf148a-67e9-42d2-ac47-02fa1c0d0b22"),
    differs="`echo x | tee y` and other pipes from commands that cannot fail are not reported; `set -o pipefail` in the RUN counts.",
    examples=(
        Example(before="FROM debian:bookworm\nRUN curl -fsS https://e.org/x.tgz | tar xz\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl x | tar xz\n'),
        Example(before="FROM debian:bookworm\nRUN set -o pipefail && curl x | tar xz\nRUN echo a | tee b\n"),
    ),
)
