"""COPY or ADD of several sources to a target that does not end in a slash.

The build fails: several files need a folder, and only a slash at the end says that the target is one.

Source: Dockerfile reference, "COPY".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each target of several sources without a slash at its end."""
    for node, _ in model.every("COPY", "ADD"):
        if len(node.words) < 3:
            continue
        target = node.words[-1]
        if target.value.endswith(("/", "\\")) or target.value in (".", "..") or "$" in target.raw:
            continue
        exact = target.value == target.raw and node.form != "exec"
        fix = Fix("Make it a folder", (Edit(Span(target.span.end, target.span.end), "/"),), SAFE) if exact else None
        yield RULE.at(target.span, fix=fix)


RULE = Rule(
    code="JT709",
    name="copy-needs-folder",
    group="correctness",
    message="several sources need a target that ends in a slash",
    check=check,
    triggers=("copy", "add"),
    severity=Severity.HIGH,
    foreign=("DL3021", "DS-0011", "6db6e0c2-32a3-4a2e-93b5-72c35f4119db"),
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY a b /srv\n",
            after="FROM debian:bookworm\nCOPY a b /srv/\n",
            lines=(2,),
        ),
        Example(
            before="FROM debian:bookworm\nONBUILD COPY a b /srv\n",
            after="FROM debian:bookworm\nONBUILD COPY a b /srv/\n",
            lines=(2,),
        ),
        Example(before="FROM debian:bookworm\nCOPY a b /srv/\nCOPY a /srv\nCOPY a b .\n"),
    ),
)
