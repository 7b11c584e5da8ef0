"""wget writes its progress into the build log.

Thousands of lines of dots hide what went wrong. Say -nv (one line), -q (only errors) or
--progress=dot:giga.

Source: wget manual, "Download Options".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word
from jettison.rules.windows_stage import is_windows

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_QUIET: Final = ("--progress", "--quiet", "--no-verbose", "--output-file", "--append-output", "--spider", "--version")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each wget that draws its progress."""
    for run in model.every_run:
        for command in run.commands:
            if command.name != "wget" or not command.arguments or _is_quiet(command.arguments):
                continue
            # PowerShell has another command of this name.
            if not is_windows(model, run.stage):
                yield RULE.at(
                    command.argv[0].span, fix=Fix("One line for a file", (insert_word(command, 1, "-nv"),), SAFE)
                )


def _is_quiet(arguments: tuple[str, ...]) -> bool:
    for word in arguments:
        if word.startswith(_QUIET):
            return True
        if (
            word.startswith("-")
            and not word.startswith("--")
            and ("q" in word or "nv" in word or word[1:2] in ("o", "a"))
        ):
            return True
    return False


RULE = Rule(
    code="JT417",
    name="wget-progress",
    group="runtime",
    message="wget writes its progress into the build log",
    check=check,
    triggers=("wget",),
    severity=Severity.INFO,
    foreign=("DL3047",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN wget https://e.org/a\n",
            after="FROM debian:bookworm\nRUN wget -nv https://e.org/a\n",
            lines=(2,),
        ),
        Example(
            before="FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN powershell -Command a ; wget -Uri https://e.org/a\n"
        ),
        Example(
            before="FROM debian:bookworm\nRUN wget -qO- https://e.org/a && wget --progress=dot:giga https://e.org/b\n"
        ),
    ),
)
