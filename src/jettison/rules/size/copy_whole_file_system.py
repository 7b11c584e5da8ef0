"""The whole file system of another stage is copied.

Everything comes along: package lists, compilers, caches, and its /etc over this one's. The layer is as large
as the other image.

Copy the folders that are needed. Onto scratch it flattens an image on purpose and is not reported.

Source: Docker documentation, "Multi-stage builds".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY --from of / to / on a base that is not empty."""
    for stage in model.stages:
        if model.lineage(stage)[0].base.is_scratch:
            continue
        for node, _ in stage.every("COPY"):
            if node.flag("from") and len(node.words) == 2:
                source, target = (word.value for word in node.words)
                if source in ("/", "/.", "/*") and target in ("/", "/."):
                    yield RULE.at(node.span)


RULE = Rule(
    code="JT111",
    name="copy-whole-file-system",
    group="size",
    message="the whole file system of another stage is copied",
    check=check,
    triggers=("--from",),
    effort=Effort.MEDIUM,
    foreign=("DL3067",),
    differs="Onto scratch it flattens an image on purpose and is not reported.",
    examples=(
        Example(before="FROM debian:bookworm AS a\nFROM debian:bookworm\nCOPY --from=a / /\n", lines=(3,)),
        Example(before="FROM debian:bookworm\nONBUILD COPY --from=build / /\n", lines=(2,)),
        Example(before="FROM debian:bookworm AS a\nFROM scratch\nCOPY --from=a / /\n"),
    ),
)
