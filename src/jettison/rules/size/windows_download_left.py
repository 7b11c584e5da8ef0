"""A PowerShell download that stays in the layer.

An installer or archive that Invoke-WebRequest saved and nothing removes in the same RUN is in the image for ever.
Remove it there: `Remove-Item -Force NAME`.

Source: Microsoft documentation, "Optimize Windows Dockerfiles".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Impact
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_SAVED: Final = re.compile(
    r"-outfile[ \t]+['\"]?([^\s'\";]{1,200}\.(?:zip|msi|exe|7z|msu|cab|tar\.gz|tgz))\b", re.IGNORECASE
)
_REMOVES: Final = ("remove-item", "del ", "rm ", "rmdir", "erase ")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN of the final image that saves an archive or installer and removes nothing."""
    for stage in model.stages:
        if not model.in_final_image(stage) or not is_windows(model, stage):
            continue
        for node in stage.instructions:
            if node.keyword != "RUN":
                continue
            text = model.source.text(Span(node.body_span.start, max(node.body_span.end, node.span.end)))
            match = _SAVED.search(text)
            lowered = text.lower()
            if match is not None and not any(word in lowered for word in _REMOVES):
                name = match[1].replace("\\", "/").rsplit("/", 1)[-1]
                yield RULE.at(
                    node.keyword_span,
                    f"{name[:60]} stays in this layer",
                    impact=Impact(bytes_saved=(5_000_000, 300_000_000)),
                )


RULE = Rule(
    code="JT146",
    name="windows-download-left",
    group="size",
    message="a download stays in this layer",
    check=check,
    triggers=("-outfile",),
    examples=(
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell Invoke-WebRequest https://e.org/a.msi -OutFile a.msi; Start-Process a.msi\n",
            lines=(2,),
        ),
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell Invoke-WebRequest https://e.org/a.msi -OutFile a.msi; Start-Process a.msi; Remove-Item a.msi\n"
        ),
    ),
)
