"""The comment above a stage or an ARG does not describe it in the form that the frontend reads.

`docker build --call=outline` shows a comment that stands right above FROM or ARG and begins with the name.

Source: BuildKit build checks, InvalidDefinitionDescription.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule
from jettison.syntax.tree import Comment, Instruction

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each comment right above FROM or ARG that does not begin with its name."""
    for above, node in zip(model.file.nodes, model.file.nodes[1:], strict=False):
        if not isinstance(above, Comment) or not isinstance(node, Instruction):
            continue
        name = _name(node)
        if name and not above.text.strip().lower().startswith(name.lower() + " "):
            yield RULE.at(above.span, f"a description of {name[:40]} begins with its name")


def _name(node: Instruction) -> str:
    if node.keyword == "ARG" and len(node.pairs) == 1:
        return node.pairs[0][0].value
    if node.keyword == "FROM" and len(node.words) >= 3:
        return node.words[2].value
    return ""


RULE = Rule(
    code="JT722",
    name="definition-description",
    group="correctness",
    message="a comment that describes nothing by name",
    check=check,
    triggers=("#",),
    severity=Severity.INFO,
    default=False,
    foreign=("InvalidDefinitionDescription",),
    examples=(
        Example(before="# the version\nARG VERSION=1\nFROM debian:bookworm\n", lines=(1,)),
        Example(before="# VERSION of the base\nARG VERSION=1\n\n# build it\n\nFROM debian:bookworm AS build\n"),
    ),
)
