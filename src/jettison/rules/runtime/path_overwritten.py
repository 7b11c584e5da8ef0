"""A search path is replaced instead of extended.

`ENV PATH=/opt/x/bin` takes the folders of the base away: ls, sh and the language itself are no longer found.

Source: Dockerfile reference, "ENV".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_SYSTEM: Final = ("/bin", "/usr/bin")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each PATH without the old one or the system's folders."""
    for stage in model.stages:
        if model.lineage(stage)[0].base.is_scratch:
            continue
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "ENV" else ():
                if name.value != "PATH" or value is None or "$" in value.raw or "%" in value.raw:
                    continue
                if not any(part in _SYSTEM for part in value.value.split(":")):
                    yield RULE.at(value.span)


RULE = Rule(
    code="JT483",
    name="path-overwritten",
    group="runtime",
    message="PATH loses the folders of the base",
    check=check,
    triggers=("path",),
    severity=Severity.HIGH,
    examples=(
        Example(before="FROM debian:bookworm\nENV PATH=/opt/x/bin\n", lines=(2,)),
        Example(before="FROM debian:bookworm\nENV PATH=/opt/x/bin:$PATH\nENV PATH=/usr/bin:/bin:/x\n"),
    ),
)
