"""A JSON array that is not written as in the reference: `["a", "b"]`.

Source: Dockerfile reference, "Exec form".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each array on one line with other gaps."""
    import json

    for node in model.file.instructions:
        if node.form != "exec" or not node.words:
            continue
        text = model.source.text(node.body_span)
        start = text.find("[")
        if start < 0 or "\n" in text:
            continue
        body = text[start:].rstrip()
        try:
            # What is written with escapes stays so: only blanks may differ.
            values = json.loads(body)
            wanted = json.dumps(values, ensure_ascii=False)
        except (ValueError, RecursionError):
            continue
        if body != wanted and "".join(body.split()) == "".join(wanted.split()):
            at = node.body_span.start + len(text[:start].encode("utf-8", "surrogateescape"))
            span = Span(at, at + len(body.encode("utf-8", "surrogateescape")))
            yield RULE.at(span, fix=Fix("Write it as in the reference", (Edit(span, wanted),), SAFE))


RULE = Rule(
    code="JT838",
    name="array-gaps",
    group="style",
    message="an array with other gaps than usual",
    check=check,
    triggers=("[",),
    severity=Severity.INFO,
    default=False,
    examples=(
        Example(
            before='FROM debian:bookworm\nCMD [ "a","b c" ]\n',
            after='FROM debian:bookworm\nCMD ["a", "b c"]\n',
            lines=(2,),
        ),
        Example(before='FROM debian:bookworm\nCMD ["a", "b"]\n'),
    ),
)
