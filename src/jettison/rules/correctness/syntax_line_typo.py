"""A first line that nearly is a `# syntax=` line.

A misspelt name (`# sytnax=`) or a colon in place of the sign makes it a comment like any other: the builder takes
its own frontend, and newer instructions fail on older engines.

Source: Dockerfile reference, "Parser directives".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_LINE: Final = re.compile(r"[ \t]*([A-Za-z]{4,9})[ \t]*([=:])[ \t]*(docker(?:\.io)?/dockerfile\S*)[ \t\r]*\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a comment before the first instruction that names a Dockerfile frontend."""
    first = next((node for node in model.file.nodes if node.kind == "instruction"), None)
    for comment in model.file.comments:
        if first is not None and comment.span.start > first.span.start:
            return
        match = _LINE.match(comment.text) if len(comment.text) < 300 else None
        if match and "syntax" not in model.file.directives and (match[2], match[1].lower()) != ("=", "syntax"):
            end = comment.span.end
            newline = "\n" if model.source.data[end - 1 : end] == b"\n" else ""
            edits = (Edit(comment.span, f"# syntax={match[3]}{newline}"),)
            first_line = model.source.line(comment.span.start) == 1
            fix = Fix("Write it as a directive", edits, UNSAFE) if first_line and "\r" not in comment.text else None
            yield RULE.at(comment.span, fix=fix)


RULE = Rule(
    code="JT745",
    name="syntax-line-typo",
    group="correctness",
    message="this comment is nearly a syntax line, and has no effect",
    check=check,
    triggers=("docker/dockerfile",),
    foreign=("tally/syntax-directive-typo",),
    examples=(
        Example(
            before="# sytnax=docker/dockerfile:1\nFROM debian:12\n",
            after="# syntax=docker/dockerfile:1\nFROM debian:12\n",
            lines=(1,),
            level=UNSAFE,
        ),
        Example(before="# syntax=docker/dockerfile:1\nFROM debian:12\n# sytnax=docker/dockerfile:1\n"),
    ),
)
