"""The service is told to write its log into a file of the container.

The file grows until the disk is full, `docker logs` shows nothing, and the log is gone with the container.
Write to standard output (`-`, /dev/stdout).

Source: The Twelve-Factor App, "Logs"; Docker documentation, "View container logs".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_OPTION: Final = re.compile(r"--?(?:log-?file|logfile|access-?logfile|error-?logfile|log-?output|log)(?:=(.+))?\Z")
_FILE: Final = re.compile(r"(?!/dev/)(?:[\w.-]*/)*[\w.-]+\.(?:log|out)\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each option or redirection of the start command that writes a log file."""
    for start in model.start_commands():
        words = start.argv
        for word, following in zip(words, (*words[1:], ""), strict=True):
            match = _OPTION.match(word)
            if match and _FILE.match(match[1] or following):
                yield RULE.at(
                    start.node.span, f"the log goes to {(match[1] or following)[:60]}, not to standard output"
                )
        for operator, target in start.redirects:
            if operator in (">", ">>", "&>", "&>>") and _FILE.match(target):
                yield RULE.at(start.node.span, f"the output goes to {target[:60]}, not to standard output")


RULE = Rule(
    code="JT534",
    name="log-file",
    group="persistence",
    message="the log goes into a file of the container",
    check=check,
    triggers=("log", ".out"),
    severity=Severity.LOW,
    examples=(
        Example(
            before='FROM python:3.12\nCMD ["gunicorn", "--access-logfile", "/var/log/a.log", "app:app"]\n', lines=(2,)
        ),
        Example(before="FROM debian:bookworm\nCMD serve >> /var/log/serve.log 2>&1\n", lines=(2,)),
        Example(before='FROM python:3.12\nCMD ["gunicorn", "--access-logfile", "-", "app:app"]\n'),
    ),
)
