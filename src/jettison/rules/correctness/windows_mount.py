"""RUN --mount in a Windows image.

The builder takes the flag and the build fails when the container starts: cache, secret, ssh and tmpfs mounts are not
there on Windows. Do that step in a Linux stage and copy what it made, or leave the mount out.

Source: BuildKit documentation, "Windows containers", limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each mount in a stage for Windows."""
    for stage in model.stages:
        if is_windows(model, stage):
            for node in stage.instructions:
                flag = node.flag("mount") if node.keyword == "RUN" else None
                if flag is not None:
                    yield RULE.at(flag.span)


RULE = Rule(
    code="JT746",
    name="windows-mount",
    group="correctness",
    message="Windows containers have no build mounts: this RUN fails",
    check=check,
    triggers=("windows", "nanoserver", "dotnet/framework"),
    severity=Severity.HIGH,
    foreign=("tally/windows/no-run-mounts",),
    examples=(
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN --mount=type=cache,target=C:\\a b\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:12\nRUN --mount=type=cache,target=/a b\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nRUN b\n"
        ),
    ),
)
