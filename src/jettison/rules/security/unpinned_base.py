"""The base image has no tag, or the tag `latest`.

Such a name means another image every week: builds stop being repeatable, and a rebuild can break
a program that nobody touched.

Name the release, and for full repeatability its digest.

Source: Docker documentation, "Building best practices", pin base image versions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, Finding, Fix
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each FROM without a definite release."""
    for stage in model.stages:
        base = stage.base
        if base.is_scratch or base.stage is not None or base.digest or not base.name:
            continue
        if base.unresolved:
            if base.raw.endswith(":latest"):
                yield RULE.at(base.span, f"{base.raw[:80]} means whatever is newest")
            continue
        if base.tag is None:
            yield RULE.at(base.span, f"{base.name} has no tag, so it means whatever is newest", _fix(base.name))
        elif base.tag == "latest":
            yield RULE.at(base.span, f"{base.name}:latest means whatever is newest", _fix(base.name))


def _fix(name: str) -> Fix:
    # Which release the author tested with is not in the file: nothing to write by ourselves.
    return Fix(f"Name the release; `docker buildx imagetools inspect {name}:TAG` prints its digest", (), SHOW)


RULE = Rule(
    code="JT305",
    name="unpinned-base",
    group="security",
    message="the base image has no tag, or the tag latest",
    check=check,
    triggers=("from",),
    foreign=(
        "DL3006",
        "DL3007",
        "DS-0001",
        "CKV_DOCKER_7",
        "DKL-DI-0006",
        "9efb0b2d-89c9-41a3-91ca-dcc0aec911fd",
        "f45ea400-6bbe-4501-9fc7-1c3d75c32067",
    ),
    examples=(
        Example(before="FROM debian\n", lines=(1,)),
        Example(before="FROM debian:latest\n", lines=(1,)),
        Example(before="ARG REGISTRY\nFROM $REGISTRY/tools:latest\nFROM $REGISTRY/tools\n", lines=(2,)),
        Example(before="FROM debian:bookworm AS a\nFROM a\nFROM scratch\n"),
    ),
)
