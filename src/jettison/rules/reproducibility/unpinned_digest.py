"""An image by tag only.

A tag can be moved to another image at any time; a digest cannot. `name:tag@sha256:...` keeps the tag for
people and for the tools that update it. Off unless selected: without such a tool a digest grows old.

Source: Docker documentation, "Building best practices", "Pin base image versions".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each image of FROM, COPY --from and RUN --mount without a digest."""
    for stage in model.stages:
        base = stage.base
        if base.stage is None and not base.is_scratch and not base.digest and not base.unresolved:
            yield RULE.at(base.span)
        for node in stage.instructions:
            flag = node.flag("from") if node.keyword in ("COPY", "ADD") else None
            if flag is not None and flag.value and flag.value_span and ":" in flag.value and "@" not in flag.value:
                yield RULE.at(flag.value_span)


RULE = Rule(
    code="JT650",
    name="unpinned-digest",
    group="reproducibility",
    message="an image by tag only: it may be another one tomorrow",
    check=check,
    triggers=("from",),
    severity=Severity.INFO,
    default=False,
    examples=(
        Example(before="FROM debian:bookworm AS a\nCOPY --from=nginx:1.27 /a /b\n", lines=(1, 2)),
        Example(before="FROM debian:bookworm@sha256:" + "0" * 64 + " AS a\nFROM a\nFROM scratch\n"),
    ),
)
