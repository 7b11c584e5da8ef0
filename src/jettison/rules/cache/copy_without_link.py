"""COPY from another stage without --link.

With `--link` the files become a layer of their own that does not depend on what lies below: after a change of the
base image the layer is reused as it is, without running the build stage again, and copies run at the same time.

Off by default: it needs BuildKit, follows no symbolic link in the target path, and keeps no owner that is given by
name.

Source: Dockerfile reference, "COPY --link".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each COPY --from of the final image that could be linked."""
    for stage in model.stages:
        if not model.in_final_image(stage):
            continue
        for node in stage.instructions:
            if node.keyword != "COPY" or not node.flag("from") or node.flag("link"):
                continue
            owner = node.flag("chown")
            if owner is not None and not (owner.value or "").replace(":", "").isdigit():
                continue
            at = node.args_span.start
            yield RULE.at(node.span, fix=Fix("Link it", (Edit(Span(at, at), "--link "),), UNSAFE))


RULE = Rule(
    code="JT237",
    name="copy-without-link",
    group="cache",
    message="COPY from another stage without --link",
    check=check,
    triggers=("--from",),
    severity=Severity.INFO,
    default=False,
    examples=(
        Example(
            before="FROM golang:1.23 AS b\nFROM alpine:3.20\nCOPY --from=b /app /app\n",
            after="FROM golang:1.23 AS b\nFROM alpine:3.20\nCOPY --link --from=b /app /app\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(before="FROM golang:1.23 AS b\nFROM alpine:3.20\nCOPY --from=b --chown=app /app /app\n"),
        Example(before="FROM golang:1.23 AS b\nFROM alpine:3.20\nCOPY --link --from=b /app /app\n"),
    ),
)
