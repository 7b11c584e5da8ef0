"""A password is set in the build.

It stands in the image's history for everyone to read, and the account can be entered with it. An account of a
service needs none: leave it locked.

Source: CIS Docker Benchmark, 4.10; chpasswd(8), useradd(8).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each command that sets or empties a password."""
    for run in model.every_run:
        for command in run.commands:
            what = _what(command.name, command.arguments)
            if what:
                yield RULE.at(command.span, f"a password is {what}")


def _what(program: str, arguments: tuple[str, ...]) -> str:
    given = program in ("useradd", "usermod") and any(a == "-p" or a.startswith("--password") for a in arguments)
    given = given or (program == "chpasswd" and "--help" not in arguments)
    if given or (program == "passwd" and "--stdin" in arguments):
        return "set; it stands in the history of the image"
    if program == "passwd" and any(a in ("-d", "--delete") for a in arguments):
        return "emptied: anyone may log in"
    return ""


RULE = Rule(
    code="JT328",
    name="password-set",
    group="security",
    message="a password is set in the build",
    check=check,
    triggers=("passwd", "password", "useradd", "usermod"),
    severity=Severity.HIGH,
    foreign=("CIS-DI-0010", "CKV2_DOCKER_17"),
    examples=(
        Example(before="FROM debian:bookworm\nRUN echo root:$P | chpasswd && passwd -d app\n", lines=(2, 2)),
        Example(before="FROM debian:bookworm\nRUN useradd -r app && passwd -l root\n"),
    ),
)
