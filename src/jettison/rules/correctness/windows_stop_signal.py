"""STOPSIGNAL in a Windows image.

Windows has no signals: the line has no effect. A container is told to stop by a console event, whose time is set
by `docker stop --time`.

Source: Dockerfile reference, "STOPSIGNAL"; Microsoft documentation, "Windows containers".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines
from jettison.rules.windows_stage import is_windows

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each STOPSIGNAL of a stage for Windows."""
    for stage in model.stages:
        if is_windows(model, stage):
            for node in stage.instructions:
                if node.keyword == "STOPSIGNAL":
                    edit = Edit(whole_lines(model, node), "")
                    yield RULE.at(node.span, fix=Fix("Remove the line", (edit,), SAFE))


RULE = Rule(
    code="JT748",
    name="windows-stop-signal",
    group="correctness",
    message="Windows has no signals: STOPSIGNAL has no effect",
    check=check,
    triggers=("stopsignal",),
    severity=Severity.LOW,
    foreign=("tally/windows/no-stopsignal",),
    examples=(
        Example(
            before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nSTOPSIGNAL SIGTERM\nRUN a\n",
            after="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nRUN a\n",
            lines=(2,),
        ),
        Example(before="FROM debian:12\nSTOPSIGNAL SIGTERM\n"),
    ),
)
