"""PowerShell goes on after an error.

A cmdlet that fails prints its message and the next one runs; the RUN succeeds, and the image lacks what failed.
Set it once: SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop'; $ProgressPreference =
'SilentlyContinue';"].

Source: Dockerfile reference, "SHELL"; Microsoft documentation, "about_Preference_Variables".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_powershell, preference_edit
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first RUN of a stage whose PowerShell runs several commands and does not stop."""
    for stage in model.stages:
        for node in stage.instructions:
            if node.keyword == "RUN" and _goes_on(model, node, stage):
                edit = preference_edit(stage, node, "$ErrorActionPreference = 'Stop'")
                yield RULE.at(node.keyword_span, fix=Fix("Stop at the first error", (edit,), UNSAFE) if edit else None)
                break


def _goes_on(model: Model, node: Instruction, stage: Stage) -> bool:
    shell = model.scope_at(node, stage).shell
    if (
        any("erroractionpreference" in word.lower() for word in shell)
        or "erroractionpreference" in model.scope_at(node, stage).env
    ):
        return False
    text = model.source.text(Span(node.body_span.start, max(node.body_span.end, node.span.end))).strip()
    if not is_powershell(shell[0]):
        words = [node.words[0].value] if node.form == "exec" and node.words else text.split(None, 1)
        if not words or not is_powershell(words[0]) or "-file" in text[:200].lower():
            return False
    if "erroraction" in text.lower():
        return False
    # One command is judged by its own exit; `;` within quotes is rare enough to take.
    return ";" in text.rstrip("; `\\\n\"']") or bool(node.heredocs)


RULE = Rule(
    code="JT450",
    name="powershell-errors",
    group="runtime",
    message="PowerShell goes on after an error: set $ErrorActionPreference to Stop",
    check=check,
    triggers=("powershell", "pwsh"),
    foreign=("tally/powershell/error-action-preference",),
    examples=(
        Example(
            before='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell", "-Command"]\nRUN a; b\n',
            after='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell", "-Command", "$ErrorActionPreference = \'Stop\';"]\nRUN a; b\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell", "-Command", "$ErrorActionPreference = \'Stop\';"]\nRUN a; b\n'
        ),
        Example(before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell -Command a\n"),
        Example(before='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell -Command "a | iex;"\n'),
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell -Command a ; b\n", lines=(2,)
        ),
        Example(
            before='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN ["powershell", "-Command", "a ; b"]\n',
            lines=(2,),
        ),
    ),
)
