"""FROM with one fixed platform.

The stage is then built for that platform whatever the user asks for with --platform: on another kind of
machine it runs under emulation, many times slower, and a multi-platform image holds the wrong programs.

Use $BUILDPLATFORM for a stage that cross-compiles; leave the flag out elsewhere. A stage whose name says
the platform is meant so and is not reported.

Source: BuildKit build checks, FromPlatformFlagConstDisallowed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each constant --platform of FROM."""
    for stage in model.stages:
        flag = stage.from_.flag("platform")
        if flag is None or not flag.value or "$" in flag.value or stage.base.stage is not None:
            continue
        parts = flag.value.lower().split("/")
        if stage.name and any(part in stage.name for part in parts if part):
            continue
        yield RULE.at(flag.span, f"this stage is always built for {flag.value[:40]}")


RULE = Rule(
    code="JT716",
    name="constant-platform",
    group="correctness",
    message="FROM with one fixed platform",
    check=check,
    triggers=("--platform",),
    severity=Severity.LOW,
    foreign=("DL3029", "FromPlatformFlagConstDisallowed", "b16e8501-ef3c-44e1-a543-a093238099c9"),
    differs="A platform given by a variable is right, and so is a stage named after its platform.",
    examples=(
        Example(before="FROM --platform=linux/amd64 debian:bookworm\n", lines=(1,)),
        Example(
            before="FROM --platform=$BUILDPLATFORM golang:1.22 AS build\nFROM --platform=linux/arm64 a:1 AS for-arm64\n"
        ),
    ),
)
