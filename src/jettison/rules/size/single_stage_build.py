"""The toolchain that built the program stays in the image.

With a single stage, compilers, headers and package managers are shipped with every copy of the
program: hundreds of megabytes that are downloaded, stored and patched for nothing.

Build in one stage and copy the result into a small one. `jettison optimize` writes the second
stage, builds both images and compares them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Effort, Finding, Impact, Severity
from jettison.knowledge.bases import FAMILIES, is_full
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding on FROM when the only stage builds on a toolchain image."""
    stage = model.final
    if stage is None or len(model.stages) != 1 or stage.base.name not in FAMILIES:
        return
    family = FAMILIES[stage.base.name]
    if not family["toolchain"] or not is_full(stage.base.name, stage.base.tag):
        return
    # Where nothing is built, the slim form of the same image is the answer (full-base-image).
    if stage.instructions and (not family["slim"] or any(node.keyword == "RUN" for node in stage.instructions)):
        saved = family["full_bytes"] - family["runtime_bytes"]
        yield RULE.at(stage.from_.span, impact=Impact(bytes_saved=(saved * 2 // 3, saved)))


RULE = Rule(
    code="JT101",
    name="single-stage-build",
    group="size",
    message="the whole toolchain stays in the image; build in one stage, run in another",
    check=check,
    triggers=("from",),
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    effort=Effort.HIGH,
    foreign=("tally/prefer-multi-stage-build",),
    differs="Only a base that holds a toolchain is reported; `jettison optimize` writes the second stage and proves it.",
    examples=(
        Example(before='FROM golang:1.19\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n', lines=(1,)),
        Example(before='FROM node:18\nCOPY . .\nCMD ["node", "a.js"]\n'),
        Example(
            before='FROM golang:1.19 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]\n'
        ),
    ),
)
