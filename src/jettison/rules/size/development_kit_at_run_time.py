"""The image that is shipped holds a development kit.

Compilers, build tools and headers are needed to build a program. The image that runs it carries them for
nothing, and a scanner reports their holes as yours.

Copy what was built into the image that is made to run it: a JRE, the .NET runtime, CUDA's runtime tag, a
slim base. The table is `knowledge/sdk_images.toml`.

Source: documentation of each image, "Image variants".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, Confidence, Effort, Finding, Fix, Impact
from jettison.knowledge.sdk_images import development_kit, kit_bytes
from jettison.rules.base import Example, Rule
from jettison.rules.size.single_stage_build import toolchain_bytes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding on the FROM of the final image when its base is a development kit and something is started."""
    final = model.final
    if final is None:
        return
    base = model.lineage(final)[0].base
    kit = None if base.unresolved else development_kit(base.name, base.tag)
    scope = model.end_scope(final)
    # Without a start of its own it may well be a tool for building.
    if kit is None or (scope.cmd is None and scope.entrypoint is None):
        return
    if toolchain_bytes(model):
        # single-stage-build says so already.
        return
    size = kit_bytes(kit, base.tag)
    text = f"{base.name[:50]} holds a development kit; {kit['instead']} is enough to run the program"
    yield RULE.at(base.span, text, Fix(f"Run on {kit['instead']}", (), SHOW), Impact(bytes_saved=(size // 2, size)))


RULE = Rule(
    code="JT190",
    name="development-kit-at-run-time",
    group="size",
    message="the image that is shipped holds a development kit",
    check=check,
    triggers=("sdk", "maven", "gradle", "sbt", "jdk", "cuda", "golang", "rust", "swift", "haskell", "gcc"),
    confidence=Confidence.MEDIUM,
    effort=Effort.MEDIUM,
    foreign=("tally/gpu/prefer-runtime-final-stage",),
    examples=(
        Example(before='FROM eclipse-temurin:21-jdk\nCOPY app.jar /\nCMD ["java", "-jar", "/app.jar"]\n', lines=(1,)),
        Example(
            before='FROM node:20 AS web\nFROM mcr.microsoft.com/dotnet/sdk:8.0\nCOPY --from=web /x /x\nENTRYPOINT ["dotnet", "x.dll"]\n',
            lines=(2,),
        ),
        Example(
            before='FROM maven:3 AS build\nRUN mvn package\nFROM eclipse-temurin:21-jre\nCOPY --from=build /a.jar /\nCMD ["java", "-jar", "/a.jar"]\n'
        ),
        Example(before="FROM nvidia/cuda:12.4.0-devel-ubuntu22.04\nRUN nvcc --version\n"),
    ),
)
