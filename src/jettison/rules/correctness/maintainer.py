"""MAINTAINER is deprecated.

A label says the same, can be read by tools, and can be changed without breaking anything.

Source: Dockerfile reference, "MAINTAINER (deprecated)"; OCI image specification, annotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_SIMPLE: Final = re.compile(r"[^\"\\\n$`]+\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each MAINTAINER."""
    for node in model.instructions("MAINTAINER"):
        text = model.source.text(node.body_span).strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            text = text[1:-1]
        fix = None
        if _SIMPLE.match(text):
            span = Span(node.keyword_span.start, node.body_span.end)
            fix = Fix("Use a label", (Edit(span, f'LABEL org.opencontainers.image.authors="{text}"'),), UNSAFE)
        yield RULE.at(node.span, fix=fix)


RULE = Rule(
    code="JT719",
    name="maintainer",
    group="correctness",
    message="MAINTAINER is deprecated",
    check=check,
    triggers=("maintainer",),
    severity=Severity.LOW,
    foreign=("DL4000", "MaintainerDeprecated", "DS-0022", "CKV_DOCKER_6", "99614418-f82b-4852-a9ae-5051402b741c"),
    examples=(
        Example(
            before="FROM debian:bookworm\nMAINTAINER A B <a@example.org>\n",
            after='FROM debian:bookworm\nLABEL org.opencontainers.image.authors="A B <a@example.org>"\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM debian:bookworm\nLABEL maintainer="a@example.org"\n'),
    ),
)
