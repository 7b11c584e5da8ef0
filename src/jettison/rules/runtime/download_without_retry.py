"""A download that is tried once.

A network that fails for a second fails the build. curl takes --retry 3 (or a .curlrc). GNU wget
tries twenty times by itself and is not reported. Off unless it is selected.

Source: curl manual, --retry; GNU Wget manual, --tries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first curl of a stage when the file says nothing about tries."""
    if model.text_has("curlrc") or model.text_has("--retry"):
        return
    seen: set[int] = set()
    for run in model.runs:
        for command in run.commands:
            url = any(w.startswith(("http://", "https://", "$", "ftp://")) for w in command.arguments)
            if command.name == "curl" and url and run.stage.index not in seen:
                seen.add(run.stage.index)
                yield RULE.at(command.span, fix=Fix("Try again", (insert_word(command, 1, "--retry 3"),), SAFE))


RULE = Rule(
    code="JT454",
    name="download-without-retry",
    group="runtime",
    message="curl tries this download once",
    check=check,
    triggers=("curl",),
    severity=Severity.INFO,
    default=False,
    differs="GNU wget tries again by itself, so only curl is reported.",
    foreign=("tally/prefer-curl-config", "tally/prefer-wget-config"),
    examples=(
        Example(
            before="FROM debian:12\nRUN curl -fsSLo /a https://e.org/a\n",
            after="FROM debian:12\nRUN curl --retry 3 -fsSLo /a https://e.org/a\n",
            lines=(2,),
        ),
        Example(before="FROM debian:12\nRUN curl --retry 3 -fsSLo /a https://e.org/a\n"),
    ),
)
