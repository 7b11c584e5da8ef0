"""A full base image where its slim form may serve.

Full images carry compilers and development files for a hundred libraries. The slim form of the
same release has the same language and the same distribution, and a fraction of the bytes.

What needs compiling must then be built in an earlier stage, so the fix is never applied unasked.

Source: documentation of the official images, "Image variants".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SHOW, Confidence, Edit, Effort, Finding, Fix, Impact
from jettison.knowledge.bases import FAMILIES, slim_tag
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding on the FROM of the final image when its base has a slim form."""
    if model.final is None:
        return
    stage = model.lineage(model.final)[0]
    slim = slim_tag(stage.base.name, stage.base.tag)
    if slim is None or stage.base.unresolved or stage.base.digest:
        return
    span = stage.base.span
    fix = Fix(
        f"Use {stage.base.name}:{slim}",
        (Edit(Span(span.start, span.end), f"{stage.base.name}:{slim}"),),
        SHOW,
    )
    family = FAMILIES[stage.base.name]
    saved = family["full_bytes"] - family["runtime_bytes"]
    without = "build tools" if family["toolchain"] else "manual pages and translations"
    yield RULE.at(
        span,
        f"{stage.base.name}:{slim} is the same release without {without}",
        fix,
        Impact(bytes_saved=(saved // 2, saved)),
    )


RULE = Rule(
    code="JT103",
    name="full-base-image",
    group="size",
    message="a full base image where its slim form may serve",
    check=check,
    triggers=("from",),
    confidence=Confidence.MEDIUM,
    effort=Effort.MEDIUM,
    examples=(
        Example(before="FROM python:3.11\nCOPY . /srv\n", lines=(1,)),
        Example(before="FROM python:3.11-slim\nCOPY . /srv\n"),
    ),
)
