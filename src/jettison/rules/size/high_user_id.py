"""useradd with a large user id and without --no-log-init.

useradd writes into /var/log/lastlog and faillog at the place of the id: with an id of a billion these become
sparse files of hundreds of gigabytes, which the layer's archive stores in full.

Source: Docker documentation, "Building best practices", USER.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Finding, Fix, Impact, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

# lastlog keeps 292 bytes for each id: a million ids are a file of 292 MB.
_HIGH: Final = 99_999
_RECORD_BYTES: Final = 292


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each useradd with an id above 99,999 that keeps the log."""
    for run in model.runs:
        for command in run.commands:
            if command.name != "useradd" or any(a in ("-l", "--no-log-init") for a in command.arguments):
                continue
            number = _user_id(command.arguments)
            if number > _HIGH:
                fix = Fix("Leave the log alone", (insert_word(command, 1, "--no-log-init"),), SAFE)
                yield RULE.at(command.span, fix=fix, impact=Impact(bytes_saved=(0, number * _RECORD_BYTES)))


def _user_id(arguments: tuple[str, ...]) -> int:
    for word, following in zip(arguments, (*arguments[1:], ""), strict=True):
        text = following if word in ("-u", "--uid") else word.partition("--uid=")[2]
        if text.isascii() and text.isdigit() and len(text) < 12:
            return int(text)
    return 0


RULE = Rule(
    code="JT113",
    name="high-user-id",
    group="size",
    message="useradd makes a huge sparse log for this id",
    check=check,
    triggers=("useradd",),
    severity=Severity.MEDIUM,
    foreign=("DL3046",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN useradd -u 1000001 app\n",
            after="FROM debian:bookworm\nRUN useradd --no-log-init -u 1000001 app\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nRUN useradd -u 10001 app && useradd -l -u 1000001 b\n"),
    ),
)
