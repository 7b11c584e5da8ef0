"""--chown or --chmod in a Windows image.

They are taken and have no effect: Windows files have access lists, which `icacls` sets.

Source: Dockerfile reference, "COPY --chown --chmod", only for Linux.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each owner or mode flag in a stage for Windows."""
    for stage in model.stages:
        if not is_windows(model, stage):
            continue
        for node, _ in stage.every("COPY", "ADD"):
            for flag in node.flags:
                if flag.name in ("chown", "chmod"):
                    start = flag.span.start
                    edit = Edit(Span(start, flag.span.end + 1), "")
                    yield RULE.at(
                        flag.span, f"--{flag.name} has no effect on Windows", Fix("Leave the flag out", (edit,), SAFE)
                    )


RULE = Rule(
    code="JT747",
    name="windows-owner",
    group="correctness",
    message="owner and mode flags have no effect on Windows",
    check=check,
    triggers=("windows", "nanoserver", "dotnet/framework"),
    foreign=("tally/windows/no-chown-flag",),
    examples=(
        Example(
            before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY --chown=app a b\n",
            after="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a b\n",
            lines=(2,),
        ),
        Example(
            before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nONBUILD COPY --chown=app a b\n",
            after="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nONBUILD COPY a b\n",
            lines=(2,),
        ),
        Example(before="FROM debian:12\nCOPY --chown=app a /b\n# no windows here\n"),
    ),
)
