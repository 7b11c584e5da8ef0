"""A VOLUME with a relative path, or with JSON that is none.

`VOLUME ['/data']` in single quotes is no JSON: the engine makes a volume of that very name, brackets and
quotes included. A relative path is taken from the root, whatever WORKDIR says.

Source: Dockerfile reference, "VOLUME".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such path."""
    for node in model.instructions("VOLUME"):
        text = model.source.text(node.body_span).strip()
        if text.startswith("[") and node.form != "exec":
            right = text.replace("'", '"').replace("\u201c", '"').replace("\u201d", '"')
            yield RULE.at(
                node.span,
                "this is no JSON: brackets and quotes become part of the name",
                Fix("Use double quotes", (Edit(node.body_span, right),), UNSAFE),
            )
            continue
        for word in node.words:
            if not word.value.startswith(("/", "$")) and word.value[1:2] != ":":
                yield RULE.at(word.span, f"{word.value[:60]} is taken from the root, not from WORKDIR")


RULE = Rule(
    code="JT533",
    name="relative-volume",
    group="persistence",
    message="a VOLUME that is not where it seems",
    check=check,
    triggers=("volume",),
    severity=Severity.HIGH,
    examples=(
        Example(
            before="FROM debian:bookworm\nVOLUME ['/data']\n",
            after='FROM debian:bookworm\nVOLUME ["/data"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nVOLUME data\n", lines=(2,)),
        Example(before='FROM debian:bookworm\nVOLUME ["/data", "/x"]\nVOLUME /y $Z\n'),
    ),
)
