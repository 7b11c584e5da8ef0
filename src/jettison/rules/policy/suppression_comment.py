"""A comment that mutes a rule.

For organisations in which nobody mutes a rule in the file itself. Off unless selected.

Source: the organisation's own rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_MUTES: Final = re.compile(
    r"\s*(?:jettison:\s*ignore|hadolint\s+(?:global\s+)?ignore\s*=|tally\s+(?:global\s+)?ignore\s*=|"
    r"checkov:skip|trivy:ignore|kics-scan\s)"
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each comment that mutes a rule of this or another tool."""
    for comment in model.file.comments:
        if _MUTES.match(comment.text[:200]):
            yield RULE.at(comment.span)
    directive = model.file.directives.get("check")
    if directive is not None and "skip" in directive.value:
        yield RULE.at(directive.span)


RULE = Rule(
    code="JT903",
    name="suppression-comment",
    group="policy",
    message="a comment that mutes a rule",
    check=check,
    triggers=("ignore", "skip", "kics-scan"),
    severity=Severity.LOW,
    default=False,
    foreign=("DL1001",),
    examples=(
        Example(before="FROM debian:bookworm\n# hadolint ignore=DL3008\nRUN a\n", lines=(2,)),
        Example(before="FROM debian:bookworm\n# we ignore this\nRUN a\n"),
    ),
)
