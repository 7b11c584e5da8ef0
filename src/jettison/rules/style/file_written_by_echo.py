"""A file that RUN writes with echo, printf or cat.

COPY <<EOF writes it without a shell, keeps quotes and line ends as they are, and sets mode and owner. Off unless it
is selected.

Source: Dockerfile reference, "Here-documents".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that does nothing but write files with echo, printf or cat."""
    for run in model.runs:
        if run.has_error or not run.commands or run.instruction.heredocs:
            continue
        written = [
            c for c in run.commands if c.name in ("echo", "printf") and any(op in (">", ">>") for op, _ in c.redirects)
        ]
        # The redirection of a whole list is seen with its first command only.
        helpers = ("mkdir", "chmod", "echo", "printf")
        if (
            written
            and all(c in written or c.name in helpers for c in run.commands)
            and "$(" not in model.source.text(run.instruction.body_span)
        ):
            yield RULE.at(written[0].span)


RULE = Rule(
    code="JT822",
    name="file-written-by-echo",
    group="style",
    message="COPY <<EOF writes a file without a shell",
    check=check,
    triggers=("echo", "printf"),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/prefer-copy-heredoc",),
    examples=(
        Example(before="FROM debian:12\nRUN echo a > /etc/b && echo c >> /etc/b\n", lines=(2,)),
        Example(before="FROM debian:12\nRUN echo building && make\n"),
    ),
)
