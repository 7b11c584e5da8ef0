"""The base image was given up by its maker.

Such an image is no longer built: it keeps the holes of its last day, and may be taken down.

Take what came in its place; `knowledge/deprecated_images.toml` holds the table.

Source: the "DEPRECATION NOTICE" on each image's page; announcements of closed registries.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, Effort, Finding, Fix
from jettison.knowledge.deprecated_images import successor
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each FROM that names an image which nobody maintains."""
    for stage in model.stages:
        base = stage.base
        if base.stage is not None or "$" in base.name or not base.name:
            continue
        instead = successor(base.name)
        if instead is not None:
            fix = Fix(f"Use {instead}", (), SHOW) if instead else None
            yield RULE.at(base.span, f"{base.name[:60]} is deprecated" + (f": use {instead}" if instead else ""), fix)


RULE = Rule(
    code="JT386",
    name="deprecated-image",
    group="security",
    message="the base image was given up by its maker",
    check=check,
    triggers=("from",),
    effort=Effort.MEDIUM,
    examples=(
        Example(before="FROM openjdk:8-jre\n", lines=(1,)),
        Example(before="FROM docker.io/library/centos:7\n", lines=(1,)),
        Example(before="FROM k8s.gcr.io/pause:3.1\n", lines=(1,)),
        Example(before="FROM debian AS java\nFROM java\n"),
        Example(before="FROM eclipse-temurin:21-jre\n"),
    ),
)
