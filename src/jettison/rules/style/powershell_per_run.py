"""Several RUNs call PowerShell one by one.

SHELL names it once, with its settings; each RUN is then its script, and quoting gets simpler.

Source: Dockerfile reference, "SHELL".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_powershell

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first of several RUNs of a stage that begin with powershell or pwsh."""
    for stage in model.stages:
        found = [n for n in stage.instructions if n.keyword == "RUN" and n.words and _calls(n)]
        if len(found) > 1:
            yield RULE.at(found[0].keyword_span, f"{len(found)} RUNs call PowerShell: name it once by SHELL")


def _calls(node: Instruction) -> bool:
    words = node.words[0].value.split(None, 1)
    return bool(words) and is_powershell(words[0])


RULE = Rule(
    code="JT825",
    name="powershell-per-run",
    group="style",
    message="several RUNs call PowerShell one by one",
    check=check,
    triggers=("powershell", "pwsh"),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/powershell/prefer-shell-instruction",),
    examples=(
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell a\nRUN powershell b\n",
            lines=(2,),
        ),
        Example(before='FROM mcr.microsoft.com/windows/servercore:ltsc2022\nSHELL ["powershell"]\nRUN a\nRUN b\n'),
    ),
)
