"""A VEX document in the image.

Statements about vulnerabilities change after the image is built. As an attestation (`docker scout attestation add`,
`cosign attest`) they can be renewed without a new image. Off unless it is selected.

Source: OpenVEX documentation; in-toto attestation framework.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY of a VEX document into the final image."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node, _ in stage.every("COPY", "ADD"):
            for word in node.words[:-1]:
                if word.value.lower().endswith((".vex.json", "/vex.json", ".openvex.json")) or word.value == "vex.json":
                    yield RULE.at(word.span)


RULE = Rule(
    code="JT924",
    name="vex-in-image",
    group="policy",
    message="a VEX document is better an attestation than a file of the image",
    check=check,
    triggers=("vex.json",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/prefer-vex-attestation",),
    examples=(
        Example(before="FROM debian:12\nCOPY app.vex.json /\n", lines=(2,)),
        Example(before="FROM debian:12\nONBUILD COPY app.vex.json /\n", lines=(2,)),
        Example(before="FROM debian:12\nCOPY app.json /vex.json\n"),
    ),
)
