"""An instruction of which only the last one counts is written more than once.

CMD, ENTRYPOINT and HEALTHCHECK of a stage replace the one before. The first is dead text that misleads
the reader, and often a change that was meant to be added, not to replace.

Keep the last one. The fix takes the others away; the image stays as it is.

Source: Dockerfile reference, "CMD", "ENTRYPOINT" and "HEALTHCHECK".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each CMD, ENTRYPOINT or HEALTHCHECK that a later one of its stage replaces."""
    for stage in model.stages:
        for keyword in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            nodes = [node for node in stage.instructions if node.keyword == keyword]
            for node in nodes[:-1]:
                fix = Fix(f"Take the unused {keyword} away", (Edit(whole_lines(model, node), ""),), SAFE)
                text = f"this {keyword} has no effect: line {nodes[-1].start_line} replaces it"
                yield RULE.at(node.span, text, fix)


RULE = Rule(
    code="JT713",
    name="several-starts",
    group="correctness",
    message="an instruction that a later one replaces",
    check=check,
    triggers=("cmd", "entrypoint", "healthcheck"),
    foreign=(
        "DL4003",
        "DL4004",
        "DL3012",
        "MultipleInstructionsDisallowed",
        "DS-0016",
        "DS-0007",
        "DS-0023",
        "6938958b-3f1a-451c-909b-baeee14bdc97",
        "41c195f4-fc31-4a5c-8a1b-90605538d49f",
    ),
    differs="The place is the instruction without effect, not the last one.",
    examples=(
        Example(
            before='FROM debian:bookworm\nCMD ["a"]\nCMD ["b"]\n',
            after='FROM debian:bookworm\nCMD ["b"]\n',
            lines=(2,),
        ),
        Example(before='FROM debian:bookworm AS a\nCMD ["a"]\nFROM a\nENTRYPOINT ["b"]\nCMD ["b"]\n'),
    ),
)
