"""A RUN changes its folder.

The folder is lost at the end of the RUN. WORKDIR keeps it, and readers see where they are. In a RUN that unpacks,
builds and removes, cd is the right tool; so this is off by default, and cd-instead-of-workdir reports the RUNs that
are about one folder from their first word on.

Source: Docker documentation, "Building best practices", WORKDIR.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first cd of each RUN."""
    for run in model.runs:
        first = next((command for command in run.commands if command.name == "cd"), None)
        if first is not None:
            yield RULE.at(first.span)


RULE = Rule(
    code="JT418",
    name="cd-in-run",
    group="runtime",
    message="cd in a RUN; WORKDIR keeps the folder for all that follows",
    check=check,
    triggers=("cd ",),
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    default=False,
    foreign=("DL3003", "DS-0013"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN make && cd src && make install\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nWORKDIR /srv\nRUN make\n"),
    ),
)
