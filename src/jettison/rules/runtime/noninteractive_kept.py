"""DEBIAN_FRONTEND stays set in the image.

A person who later works in the container is then never asked either, and images built on this one inherit
it. Set it for the one command, or as ARG, which ends with the build.

Source: Debian, debconf(7), "Frontends".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ENV DEBIAN_FRONTEND of the final image."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "ENV" else ():
                if name.value == "DEBIAN_FRONTEND" and value is not None and value.value:
                    fix = None
                    if len(node.pairs) == 1 and "=" in model.source.text(node.args_span):
                        fix = Fix("Make it an ARG", (Edit(node.keyword_span, "ARG"),), UNSAFE)
                    yield RULE.at(name.span, fix=fix)


RULE = Rule(
    code="JT484",
    name="noninteractive-kept",
    group="runtime",
    message="DEBIAN_FRONTEND stays set in the image",
    check=check,
    triggers=("debian_frontend",),
    severity=Severity.LOW,
    examples=(
        Example(
            before="FROM debian:bookworm\nENV DEBIAN_FRONTEND=noninteractive\n",
            after="FROM debian:bookworm\nARG DEBIAN_FRONTEND=noninteractive\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nARG DEBIAN_FRONTEND=noninteractive\n"),
    ),
)
