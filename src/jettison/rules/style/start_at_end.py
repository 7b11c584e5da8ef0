"""STOPSIGNAL, HEALTHCHECK, ENTRYPOINT and CMD are not at the end, in this order.

A reader looks for the start of the program at the end of its stage.

Source: Docker documentation, "Building best practices", order of the examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_ORDER: Final = ("STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each stage whose start is not at its end in the usual order."""
    for stage in model.stages:
        seen = -1
        for number, node in enumerate(stage.instructions):
            if node.keyword not in _ORDER:
                continue
            place = _ORDER.index(node.keyword)
            after = next(
                (n for n in stage.instructions[number + 1 :] if n.keyword not in _ORDER and n.keyword != "ONBUILD"),
                None,
            )
            if after is not None or place < seen:
                what = f"{after.keyword} stands after it" if after is not None else f"it stands after {_ORDER[seen]}"
                yield RULE.at(node.keyword_span, f"{node.keyword} is not in its place: {what}")
                break
            seen = place


RULE = Rule(
    code="JT821",
    name="start-at-end",
    group="style",
    message="the start of the program is not at the end of the stage",
    check=check,
    triggers=("cmd", "entrypoint", "healthcheck", "stopsignal"),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/epilogue-order",),
    examples=(
        Example(before='FROM debian:12\nCMD ["a"]\nRUN b\n', lines=(2,)),
        Example(before='FROM debian:12\nCMD ["a"]\nENTRYPOINT ["b"]\n', lines=(3,)),
        Example(before='FROM debian:12\nRUN b\nENTRYPOINT ["b"]\nCMD ["a"]\n'),
    ),
)
