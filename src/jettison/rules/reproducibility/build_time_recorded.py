"""The time of the build is written into the image.

Two builds of the same source then differ, so nobody can tell whether they are the same program; and the layer
can never be shared. Take the time from the source: SOURCE_DATE_EPOCH, or the commit's.

Source: Docker documentation, "Reproducible builds"; reproducible-builds.org, SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each date that a RUN of the final image writes somewhere."""
    for run in model.runs if "date" in model.programs else ():
        if not model.in_final_image(run.stage) and not model.reaches_final(run.stage):
            continue
        for command in run.commands:
            if command.name != "date" or not (command.in_subshell or command.redirects):
                continue
            if not any(a.startswith(("-d", "--date", "-r", "-s", "@")) for a in command.arguments):
                yield RULE.at(command.span)


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
        Example(before="FROM debian:bookworm\nRUN date && echo $(date -d @$SOURCE_DATE_EPOCH)\n"),
    ),
)
