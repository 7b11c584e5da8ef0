"""A program that runs with its owner's rights, whoever starts it.

A set-user-id program of root is the usual way from a broken service to root inside the container. Take the
bit away, or give the one right that is needed (`setcap`).

Source: chmod(1); CIS Docker Benchmark, 4.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_OCTAL: Final = re.compile(r"0?[24567][0-7]{3}\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each chmod that sets the set-user-id or set-group-id bit of a file."""
    for run in model.every_run:
        if not model.in_final_image(run.stage):
            continue
        for command in run.commands:
            if command.name != "chmod":
                continue
            for word in command.argv[1:3]:
                if _sets(word.value):
                    yield RULE.at(word.span, f"mode {word.value[:20]} makes the program run with its owner's rights")


def _sets(mode: str) -> bool:
    if _OCTAL.match(mode):
        # 2775 on a folder only hands its group down.
        return mode.lstrip("0")[0] != "2"
    return mode in ("+s", "u+s", "ug+s", "a+s") or (mode.startswith(("u=", "u+")) and "s" in mode)


RULE = Rule(
    code="JT324",
    name="set-user-id",
    group="security",
    message="a program that runs with its owner's rights",
    check=check,
    triggers=("chmod",),
    foreign=("CIS-DI-0008",),
    examples=(
        Example(before="FROM debian:bookworm\nRUN chmod u+s /usr/bin/x && chmod 4755 /usr/bin/y\n", lines=(2, 2)),
        Example(before="FROM debian:bookworm\nRUN chmod 2775 /srv && chmod 0755 /x && chmod u-s /y\n"),
    ),
)
