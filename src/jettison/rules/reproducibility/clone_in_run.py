"""git clone in RUN.

`ADD https://host/repo.git#TAG DIR` fetches the same without git in the image, is cached by the commit, and can be
held to it by --checksum. Off unless it is selected; a clone of a moving branch is the subject of floating-clone.

Source: Dockerfile reference, "Adding files from a Git repository".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each git clone of an address."""
    for run in model.runs:
        for command in run.commands:
            if (
                command.name == "git"
                and "clone" in command.arguments
                and any("://" in w or w.startswith("git@") for w in command.arguments)
            ):
                yield RULE.at(command.span)


RULE = Rule(
    code="JT630",
    name="clone-in-run",
    group="reproducibility",
    message="ADD fetches a repository without git in the image",
    check=check,
    triggers=("clone",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/prefer-add-git",),
    examples=(
        Example(before="FROM debian:12\nRUN git clone --branch v1 https://e.org/a.git /a\n", lines=(2,)),
        Example(before="FROM debian:12\nADD https://e.org/a.git#v1 /a\nRUN git -C /b clone /a\n"),
    ),
)
