"""A CMD that never reaches the program.

An ENTRYPOINT in shell form runs below `/bin/sh -c` and is given no arguments: the CMD beside it, and what a
user writes after `docker run IMAGE`, are ignored. Write the ENTRYPOINT as a JSON array.

Source: Dockerfile reference, "Understand how CMD and ENTRYPOINT interact".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the CMD of the final image below an ENTRYPOINT in shell form."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    if scope.entrypoint is None or scope.entrypoint.form != "shell" or scope.cmd is None or not scope.cmd.words:
        return
    if "$@" not in model.source.text(scope.entrypoint.args_span):
        yield RULE.at(scope.cmd.span, f"the ENTRYPOINT on line {scope.entrypoint.start_line} ignores this CMD")


RULE = Rule(
    code="JT486",
    name="entry-swallows-cmd",
    group="runtime",
    message="a CMD that never reaches the program",
    check=check,
    triggers=("entrypoint",),
    examples=(
        Example(before='FROM debian:bookworm\nENTRYPOINT serve\nCMD ["--port", "80"]\n', lines=(3,)),
        Example(before='FROM debian:bookworm\nENTRYPOINT ["serve"]\nCMD ["--port", "80"]\n'),
    ),
)
