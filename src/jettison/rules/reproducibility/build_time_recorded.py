"""The time of the build is written into the image.

Two builds of the same source then differ, so nobody can tell whether they are the same program; and the layer
can never be shared. Take the time from the source: SOURCE_DATE_EPOCH, or the commit's.

Source: Docker documentation, "Reproducible builds"; reproducible-builds.org, SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command

_TEST: Final = re.compile(r"(?<![^\s;&|!])(?:\[\[?\s[^;&|\n]{0,500}\s\]\]?|test\s[^;&|\n]{0,500})(?![^\s;&|])")
_ASSIGNED: Final = re.compile(r"""(?<![\w$])([A-Za-z_]\w*)="?(?:\$\(|`)\s*\Z""")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each date that a RUN of the final image writes somewhere."""
    for run in model.runs if "date" in model.programs else ():
        if not model.in_final_image(run.stage) and not model.reaches_final(run.stage):
            continue
        for command in run.commands:
            if command.name != "date" or not (command.in_subshell or command.redirects):
                continue
            if any(a.startswith(("-d", "--date", "-r", "-s", "@")) for a in command.arguments):
                continue
            if not _is_only_compared(model, run, command):
                yield RULE.at(command.span)


def _is_only_compared(model: Model, run: Run, command: Command) -> bool:
    """Return whether the time goes into a variable that only tests look at."""
    before = model.source.data[run.instruction.body_span.start : command.span.start].decode("latin-1")
    assigned = _ASSIGNED.search(before[-200:])
    if assigned is None:
        return False
    used = re.compile(rf"\$\{{?{assigned[1]}\b")
    text = model.source.text(run.instruction.body_span)
    return used.search(text) is not None and used.search(_TEST.sub("", text)) is None


RULE = Rule(
    code="JT622",
    name="build-time-recorded",
    group="reproducibility",
    message="the time of the build is written into the image",
    check=check,
    triggers=("date",),
    severity=Severity.INFO,
    examples=(
        Example(before="FROM debian:bookworm\nRUN echo built $(date) > /etc/built\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nRUN now="$(date +%s)" && a && [ "$EPOCH" -lt "$now" ]\n'),
        Example(
            before='FROM debian:bookworm\nRUN now="$(date +%s)" && [ "$now" -gt 1 ] && echo "$now" > /etc/built\n',
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nRUN date && echo $(date -d @$SOURCE_DATE_EPOCH)\n"),
    ),
)
