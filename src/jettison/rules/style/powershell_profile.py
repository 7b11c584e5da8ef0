"""PowerShell without -NoProfile.

A profile in the image or its base can change what a script does, and reading it takes time at each start. Off unless
it is selected.

Source: Microsoft documentation, "about_PowerShell_exe".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_powershell

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each SHELL, CMD or ENTRYPOINT that starts PowerShell with its profile."""
    for node in model.instructions("SHELL", "CMD", "ENTRYPOINT"):
        words = [word.value for word in node.words]
        if node.form == "shell" and words:
            words = words[0][:500].split()
        if words and is_powershell(words[0]) and not any(word.lower() in ("-noprofile", "-nop") for word in words):
            yield RULE.at(node.words[0].span)


RULE = Rule(
    code="JT826",
    name="powershell-profile",
    group="style",
    message="PowerShell is started with its profile: say -NoProfile",
    check=check,
    triggers=("powershell", "pwsh"),
    severity=Severity.INFO,
    default=False,
    examples=(
        Example(before='FROM mcr.microsoft.com/powershell:7.4\nCMD ["pwsh", "-File", "a.ps1"]\n', lines=(2,)),
        Example(before='FROM mcr.microsoft.com/powershell:7.4\nCMD ["pwsh", "-NoProfile", "-File", "a.ps1"]\n'),
    ),
)
