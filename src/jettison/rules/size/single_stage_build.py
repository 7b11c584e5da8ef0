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
from jettison.knowledge.sdk_images import development_kit, kit_bytes
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding on FROM when the only stage builds on a toolchain image."""
    stage = model.final
    saved = toolchain_bytes(model)
    if stage is not None and saved:
        yield RULE.at(stage.from_.span, impact=Impact(bytes_saved=(saved * 2 // 3, saved)))


def toolchain_bytes(model: Model) -> int:
    """Return about how many bytes a second stage would leave out; 0 where the only stage builds on no toolchain."""
    stage = model.final
    if stage is None or len(model.stages) != 1 or not stage.instructions:
        return 0
    base, runs = stage.base, any(node.keyword == "RUN" for node in stage.instructions)
    if is_full(base.name, base.tag):
        family = FAMILIES[base.name]
        # Where nothing is built, the slim form of the same image is the answer (full-base-image).
        wanted = family["toolchain"] and (runs or not family["slim"])
        return int(family["full_bytes"] - family["runtime_bytes"]) if wanted else 0
    # Small forms of images whose every form is a toolchain: golang:alpine, rust:slim.
    kit = None if base.unresolved or base.name not in FAMILIES else development_kit(base.name, base.tag)
    scope = model.end_scope(stage)
    starts = scope.cmd is not None or scope.entrypoint is not None
    return kit_bytes(kit, base.tag) if kit is not None and runs and starts else 0


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
        Example(before='FROM golang:1.22-alpine\nCOPY . .\nRUN go build -o /app .\nCMD ["/app"]\n', lines=(1,)),
        Example(before='FROM rust:1-slim-bookworm\nCOPY . .\nRUN cargo install --path .\nCMD ["app"]\n', lines=(1,)),
        Example(before="FROM golang:1.22-alpine\nRUN apk add --no-cache git make\n"),
        Example(before='FROM node:18\nCOPY . .\nCMD ["node", "a.js"]\n'),
        Example(
            before='FROM golang:1.19 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]\n'
        ),
    ),
)
