"""Both wget and curl are installed.

One of them does; the other is a package, its libraries and its vulnerabilities for nothing.

Source: Docker documentation, "Building best practices", "Don't install unnecessary packages".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Impact, Severity
from jettison.rules.base import Example, Rule
from jettison.syntax.words import Word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the second of the two that a stage of the final image installs."""
    for stage in model.stages:
        first: dict[str, Word] = {}
        for run in model.runs:
            if run.stage is not stage:
                continue
            for call in model.facts(run):
                for word in call.packages if call.action == "install" else ():
                    name = word.value.split("=")[0]
                    if name in ("wget", "curl"):
                        first.setdefault(name, word)
        if len(first) == 2:
            later = max(first.values(), key=lambda word: word.span.start)
            yield RULE.at(later.span, impact=Impact(bytes_saved=(500_000, 5_000_000)))


RULE = Rule(
    code="JT112",
    name="wget-and-curl",
    group="size",
    message="both wget and curl are installed",
    check=check,
    triggers=("wget",),
    severity=Severity.INFO,
    foreign=("DL4001", "DS-0014", "fc775e75-fcfb-4c98-b2f2-910c5858b359"),
    differs="Two tools that the base brings along cost nothing: what is reported is installing both, not using both.",
    examples=(
        Example(before="FROM debian:bookworm\nRUN apt-get install -y wget curl\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nRUN wget -q https://e.org/a\nRUN apt-get install -y curl\n"),
    ),
)
