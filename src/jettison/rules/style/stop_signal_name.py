"""A STOPSIGNAL by number or by half its name.

SIGTERM says what 15, TERM and sigterm say, and numbers differ between processors.

Source: signal(7); Dockerfile reference, "STOPSIGNAL".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_NUMBERS: Final = {
    "1": "SIGHUP",
    "2": "SIGINT",
    "3": "SIGQUIT",
    "15": "SIGTERM",
    "10": "SIGUSR1",
    "12": "SIGUSR2",
    "28": "SIGWINCH",
}
_NAMES: Final = frozenset(("HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "WINCH", "RTMIN+3"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each STOPSIGNAL that is not written by its whole name."""
    for node in model.instructions("STOPSIGNAL"):
        if not node.words:
            continue
        word = node.words[0]
        plain = word.value.upper().removeprefix("SIG")
        name = _NUMBERS.get(word.value) or (f"SIG{plain}" if plain in _NAMES else None)
        if name is not None and word.raw != name:
            yield RULE.at(
                word.span, f"{word.value[:20]} is {name}", Fix("Write the name", (Edit(word.span, name),), SAFE)
            )


RULE = Rule(
    code="JT820",
    name="stop-signal-name",
    group="style",
    message="a stop signal that is not written by its name",
    check=check,
    triggers=("stopsignal",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/prefer-canonical-stopsignal",),
    examples=(
        Example(before="FROM debian:12\nSTOPSIGNAL 15\n", after="FROM debian:12\nSTOPSIGNAL SIGTERM\n", lines=(2,)),
        Example(before="FROM debian:12\nSTOPSIGNAL SIGTERM\n"),
    ),
)
