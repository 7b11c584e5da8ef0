"""ENV or LABEL in the old form with a blank instead of an equals sign.

The old form takes one variable and everything to the end of the line, quotes included; the next person
who adds a second variable gets one long value. The frontend warns of it.

Source: Dockerfile reference, "ENV"; BuildKit build checks, LegacyKeyValueFormat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

_PLAIN: Final = re.compile(r"[\w./:,@%+$~{}^=*!?;<>|&()\[\]-]+\Z")
_QUOTABLE: Final = re.compile(r"[^\"'\\\n`]+\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ENV and LABEL in the old form."""
    for node in model.instructions("ENV", "LABEL"):
        if len(node.pairs) != 1:
            continue
        name, value = node.pairs[0]
        if value is None or value.span.start <= name.span.end:
            continue
        if "=" in model.source.text(Span(name.span.end, value.span.start)):
            continue
        # A comment inside would be lost.
        yield RULE.at(node.span, fix=None if node.inner_comments else _fix(node))


def _fix(node: Instruction) -> Fix | None:
    name, value = node.pairs[0]
    if value is None:
        return None
    text = value.raw
    if not _PLAIN.match(text):
        if not _QUOTABLE.match(text):
            return None
        text = f'"{text}"'
    return Fix("Write it with an equals sign", (Edit(Span(name.span.end, value.span.end), f"={text}"),), SAFE)


RULE = Rule(
    code="JT718",
    name="legacy-key-value",
    group="correctness",
    message="the old form without an equals sign",
    check=check,
    triggers=("env", "label"),
    severity=Severity.LOW,
    foreign=("LegacyKeyValueFormat",),
    examples=(
        Example(
            before="FROM debian:bookworm\nENV A 1\nLABEL note two words\n",
            after='FROM debian:bookworm\nENV A=1\nLABEL note="two words"\n',
            lines=(2, 3),
        ),
        Example(before="FROM debian:bookworm\nENV A=1 B=2\n"),
        Example(before="FROM debian:bookworm\nENV A one \\\n# why\n  two\n", lines=(2,)),
    ),
)
