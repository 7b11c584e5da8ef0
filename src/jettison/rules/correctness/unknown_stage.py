"""COPY --from names something that is no stage of this file.

A bare word that is no earlier stage is pulled as an image of that name, from a registry, at build time:
usually a typing error, sometimes somebody else's image.

Source: Dockerfile reference, "COPY --from".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.nearest import nearest

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each --from that is a bare word or a number without a stage."""
    contexts = model.build_contexts
    for stage in model.stages:
        for node in stage.instructions:
            flag = node.flag("from") if node.keyword in ("COPY", "ADD") else None
            if flag is None or not flag.value or flag.value_span is None or "$" in flag.value:
                continue
            name = flag.value.lower()
            if any(mark in name for mark in "/:@.") or name in contexts or _known(model, stage, name):
                continue
            near = nearest(name, [s.name for s in model.stages[: stage.index] if s.name])
            fix = Fix(f"Take it from {near}", (Edit(flag.value_span, near),), UNSAFE) if near else None
            guess = f"; did you mean {near}?" if near else "; an image of this name would be pulled"
            yield RULE.at(flag.value_span, f"no earlier stage is called {flag.value[:60]}{guess}", fix)


def _known(model: Model, stage: Stage, name: str) -> bool:
    if name.isdigit():
        return int(name) < len(model.stages)
    # A later stage, or the stage itself, is the subject of stage-order.
    return any(other.name == name for other in model.stages)


RULE = Rule(
    code="JT701",
    name="unknown-stage",
    group="correctness",
    message="COPY --from names no stage of this file",
    check=check,
    triggers=("--from",),
    foreign=("DL3022", "68a51e22-ae5a-4d48-8e87-b01a323605c9"),
    differs="An image reference with a path, tag or digest is meant as an image and is not reported.",
    examples=(
        Example(
            before="FROM debian:bookworm AS build\nFROM debian:bookworm\nCOPY --from=biuld /a /a\n",
            after="FROM debian:bookworm AS build\nFROM debian:bookworm\nCOPY --from=build /a /a\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm AS build\nFROM debian:bookworm\nCOPY --from=3 /a /a\n", lines=(3,)),
        Example(before="FROM debian:bookworm\nCOPY --from=nginx:1.27 /a /a\n"),
    ),
    severity=Severity.MEDIUM,
)
