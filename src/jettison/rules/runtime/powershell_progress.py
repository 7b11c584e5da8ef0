"""PowerShell draws a progress bar for each download.

Windows PowerShell redraws it for every few bytes, which makes Invoke-WebRequest and Expand-Archive many times
slower, and fills the log. Say `$ProgressPreference = 'SilentlyContinue'`, best in SHELL.

Source: Microsoft documentation, "about_Preference_Variables", $ProgressPreference.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Finding, Fix, Impact, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_powershell, preference_edit
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_SLOW: Final = (
    "invoke-webrequest",
    "invoke-restmethod",
    "expand-archive",
    "start-bitstransfer",
    "iwr ",
    "install-module",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each stage's first PowerShell download that shows its progress."""
    for stage in model.stages:
        for node in stage.instructions:
            if node.keyword != "RUN":
                continue
            shell = model.scope_at(node, stage).shell
            text = model.source.text(Span(node.body_span.start, max(node.body_span.end, node.span.end))).lower()
            if not is_powershell(shell[0]) and "powershell" not in text and "pwsh" not in text:
                continue
            if any(word in text for word in _SLOW) and "progresspreference" not in text + " ".join(shell).lower():
                edit = preference_edit(stage, node, "$ProgressPreference = 'SilentlyContinue'")
                fix = Fix("Show no progress", (edit,), UNSAFE) if edit else None
                yield RULE.at(node.keyword_span, fix=fix, impact=Impact(seconds_saved=(2.0, 60.0)))
                break


RULE = Rule(
    code="JT451",
    name="powershell-progress",
    group="runtime",
    message="PowerShell's progress bar slows this download: set $ProgressPreference",
    check=check,
    triggers=("powershell", "pwsh"),
    severity=Severity.LOW,
    foreign=("tally/powershell/progress-preference",),
    examples=(
        Example(
            before='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell", "-Command", "$a = 1;"]\nRUN Expand-Archive a\n',
            after='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell", "-Command", "$a = 1; $ProgressPreference = \'SilentlyContinue\';"]\nRUN Expand-Archive a\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell Invoke-WebRequest https://e.org/a -OutFile a\n",
            lines=(2,),
        ),
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell $ProgressPreference = 'SilentlyContinue'; Invoke-WebRequest https://e.org/a -OutFile a\n"
        ),
    ),
)
