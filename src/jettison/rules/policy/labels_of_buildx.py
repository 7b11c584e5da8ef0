"""Labels that Buildx writes from the repository.

With BUILDX_GIT_LABELS=full Buildx sets the revision and the source; a value in the file is out of date with the next
commit. Values from an ARG are fine. Off unless it is selected.

Source: Docker documentation, "Build variables", BUILDX_GIT_LABELS.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


_KEYS: Final = (
    "org.opencontainers.image.revision",
    "org.opencontainers.image.source",
    "com.docker.image.source.entrypoint",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each such label of the final image."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            for name, value in node.pairs if node.keyword == "LABEL" else ():
                if name.value in _KEYS and not (value is not None and "$" in value.raw):
                    yield RULE.at(name.span, f"{name.value}: Buildx writes it from the repository")


RULE = Rule(
    code="JT922",
    name="labels-of-buildx",
    group="policy",
    message="Buildx writes this label from the repository",
    check=check,
    triggers=("label",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/labels/no-buildx-git-overlap",),
    differs="A value that a build argument gives is not reported.",
    examples=(
        Example(before="FROM debian:12\nLABEL org.opencontainers.image.revision=abc\n", lines=(2,)),
        Example(before="FROM debian:12\nARG R\nLABEL org.opencontainers.image.revision=$R\n"),
    ),
)
