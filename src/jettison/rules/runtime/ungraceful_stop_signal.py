"""A STOPSIGNAL that stops nothing gently.

SIGKILL and SIGSTOP cannot be caught: `docker stop` ends the program in the middle of what it does, and data is
lost. Signals of a crash (SIGQUIT aside) leave a core file. Name the one that the program takes as a request to
finish, most often SIGTERM.

Source: signal(7); Dockerfile reference, "STOPSIGNAL".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_HARD: Final = frozenset(("KILL", "STOP", "9", "19", "ABRT", "6", "SEGV", "11", "CONT", "18", "TSTP", "20"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each STOPSIGNAL that ends a program at once or not at all."""
    for node in model.instructions("STOPSIGNAL"):
        if not node.words:
            continue
        word = node.words[0]
        if word.value.upper().removeprefix("SIG") in _HARD:
            edit = Edit(word.span, "SIGTERM")
            yield RULE.at(
                word.span,
                f"{word.value[:20]} gives the program no chance to finish",
                Fix("Ask with SIGTERM", (edit,), UNSAFE),
            )


RULE = Rule(
    code="JT440",
    name="ungraceful-stop-signal",
    group="runtime",
    message="this stop signal gives the program no chance to finish",
    check=check,
    triggers=("stopsignal",),
    severity=Severity.HIGH,
    foreign=("tally/no-ungraceful-stopsignal",),
    examples=(
        Example(
            before="FROM debian:12\nSTOPSIGNAL SIGKILL\n",
            after="FROM debian:12\nSTOPSIGNAL SIGTERM\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:12\nSTOPSIGNAL SIGQUIT\n"),
    ),
)
