"""WORKDIR with a relative path.

What it means depends on the WORKDIR before it, which may be the base image's and change with it.

Source: Dockerfile reference, "WORKDIR".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each relative WORKDIR that no absolute one of the file comes before."""
    for stage in model.stages:
        for node in stage.instructions:
            if node.keyword != "WORKDIR" or not node.words:
                continue
            path = node.words[0].value
            if path.startswith(("/", "$", "\\")) or path[1:2] == ":":
                continue
            if not model.scope_at(node, stage).workdir:
                yield RULE.at(
                    node.span,
                    fix=Fix(
                        "Make it absolute",
                        (Edit(node.words[0].span, posixpath.normpath(f"/{path}")),),
                        UNSAFE,
                    ),
                )


RULE = Rule(
    code="JT404",
    name="relative-workdir",
    group="runtime",
    message="a relative WORKDIR depends on the base image",
    check=check,
    triggers=("workdir",),
    severity=Severity.LOW,
    foreign=("DL3000", "WorkdirRelativePath", "DS-0009", "CKV_DOCKER_10", "6b376af8-cfe8-49ab-a08d-f32de23661a4"),
    examples=(
        Example(
            before="FROM debian:bookworm\nWORKDIR app\n",
            after="FROM debian:bookworm\nWORKDIR /app\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nWORKDIR /srv\nWORKDIR app\n"),
    ),
)
