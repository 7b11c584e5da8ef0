"""COPY --from a stage that is empty.

The stage is FROM scratch and no instruction writes a file, so the copy fails. The root itself is there: to copy
all of an empty stage adds nothing, and is how a file chooses whether something is added.

Source: Dockerfile reference, "COPY --from"; Docker documentation, "Create a base image", scratch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY from a stage on scratch that nothing was put into."""
    empty = {stage.index for stage in model.stages if _is_empty(model, stage)}
    if not empty:
        return
    names = {stage.name: stage.index for stage in model.stages if stage.name}
    for stage in model.stages:
        for node in stage.instructions:
            flag = node.flag("from") if node.keyword == "COPY" else None
            source = (flag.value or "").lower() if flag else ""
            index = int(source) if source.isdecimal() and len(source) < 6 else names.get(source, -1)
            if all(word.value in ("/", ".", "./", "/.") for word in node.words[:-1]):
                continue
            if flag is not None and index in empty and index < stage.index:
                yield RULE.at(flag.span, f"stage {source[:40]} is empty: there is nothing to copy")


def _is_empty(model: Model, stage: Stage) -> bool:
    chain = model.lineage(stage)
    writes = ("COPY", "ADD", "RUN", "WORKDIR")
    return chain[0].base.is_scratch and not any(n.keyword in writes for part in chain for n in part.instructions)


RULE = Rule(
    code="JT742",
    name="copy-from-empty-stage",
    group="correctness",
    message="the stage that COPY --from names is empty",
    check=check,
    triggers=("scratch",),
    severity=Severity.HIGH,
    foreign=("tally/copy-from-empty-scratch-stage",),
    examples=(
        Example(before="FROM scratch AS a\nFROM debian:12\nCOPY --from=a /x /x\n", lines=(3,)),
        Example(before="FROM scratch AS a\nFROM debian:12\nCOPY --from=a / /usr/bin/\n"),
        Example(before="FROM scratch AS a\nCOPY x /x\nFROM debian:12\nCOPY --from=a /x /x\n"),
    ),
)
