"""An image that its makers gave up.

It gets no updates, and nobody answers for it. `knowledge/deprecated_images.toml` names what took its place.

Source: the deprecation notice on each image's page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding
from jettison.knowledge.deprecated_images import SUCCESSORS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each base image that was given up."""
    for stage in model.stages:
        base = stage.base
        if base.stage is None and base.name in SUCCESSORS:
            successor = SUCCESSORS[base.name]
            yield RULE.at(base.span, f"{base.name} was given up" + (f"; use {successor}" if successor else ""))


RULE = Rule(
    code="JT381",
    name="deprecated-image",
    group="security",
    message="an image that its makers gave up",
    check=check,
    triggers=("from",),
    effort=Effort.MEDIUM,
    examples=(
        Example(before="FROM openjdk:17\n", lines=(1,)),
        Example(before="FROM eclipse-temurin:21-jre\n"),
    ),
)
