"""A Windows path whose last backslash continues the line.

Without `# escape=`` the backslash at the end of a line joins it with the next: `COPY a C:\\` swallows what follows.
Put the directive into the first line, or write the path with slashes, which Windows takes too.

Source: Dockerfile reference, "escape" directive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_END: Final = re.compile(rb"[ =][A-Za-z]:(?:\\[^\s\\\"]{1,80})*\\[ \t\r]*\n")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each instruction of a stage for Windows with a path that ends a line in a backslash."""
    if model.file.escape != "\\":
        return
    for stage in model.stages:
        if not is_windows(model, stage):
            continue
        for node in stage.instructions:
            if node.keyword == "ENTRYPOINT" or node.start_line == node.end_line or node.heredocs:
                continue
            match = _END.search(model.source.data, node.span.start, node.span.end)
            if match is not None:
                yield RULE.at(Span(match.start() + 1, match.end() - 1))


RULE = Rule(
    code="JT741",
    name="windows-path-continues",
    group="correctness",
    message="the backslash at the end of this path joins the next line: set # escape=`",
    check=check,
    triggers=(":\\",),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a C:\\\nRUN b\n", lines=(2,)),
        Example(before="# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a C:\\\nRUN b\n"),
        Example(before="FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCOPY a C:\\b\nRUN b \\\n  c\n"),
    ),
)
