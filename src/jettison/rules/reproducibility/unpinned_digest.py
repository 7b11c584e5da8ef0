"""An image is named without its digest.

A tag can be moved to another image at any time, by its maker or by a thief; a digest cannot. Pinned, the
same file gives the same base for ever, and an update is a change that one can see and review.

Write `name:tag@sha256:...` and let a robot (Renovate, Dependabot) renew it. This goes for FROM, for
`COPY --from` and `RUN --mount=from=` of images, and for the `# syntax` line. Off by default: who does not
renew pinned digests gets no security fixes.

Source: Docker documentation, "Building best practices", pin base image versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from jettison.findings import SHOW, Effort, Finding, Fix, Severity
from jettison.model.stage import split_reference
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.span import Span


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each image that is named by its tag alone."""
    for name, span in _images(model):
        title = f"`docker buildx imagetools inspect {name[:80]}` prints the digest"
        yield RULE.at(span, f"{name[:60]} has no digest", Fix(title, (), SHOW))


def _images(model: Model) -> Iterator[tuple[str, Span]]:
    syntax = model.file.directives.get("syntax")
    if syntax is not None and "@" not in syntax.value:
        yield syntax.value, syntax.value_span
    for stage in model.stages:
        base = stage.base
        if not (base.is_scratch or base.stage is not None or base.unresolved or base.digest) and base.name:
            yield (f"{base.name}:{base.tag}" if base.tag else base.name), base.span
    names = {stage.name for stage in model.stages}
    for node, _ in model.every("COPY"):
        flag = node.flag("from")
        if flag is not None and flag.value and _is_unpinned_image(flag.value, names):
            yield flag.value, flag.span
    for run in model.every_run:
        for mount in run.mounts:
            source = mount.options.get("from", "")
            if _is_unpinned_image(source, names):
                yield source, mount.span


def _is_unpinned_image(text: str, stages: set[str | None]) -> bool:
    # Without slash and colon it is a stage or a named context.
    if "$" in text or text.lower() in stages or not ("/" in text or ":" in text):
        return False
    return split_reference(text)[2] is None


RULE = Rule(
    code="JT655",
    name="unpinned-digest",
    group="reproducibility",
    message="an image is named without its digest",
    check=check,
    triggers=("from", "syntax"),
    severity=Severity.LOW,
    effort=Effort.MEDIUM,
    default=False,
    examples=(
        Example(before="# syntax=docker/dockerfile:1\nFROM debian:bookworm\n", lines=(1, 2)),
        Example(
            before=f"FROM debian@sha256:{'0' * 64}\nCOPY --from=nginx:1.27 /etc/nginx /etc/nginx\nRUN --mount=from=busybox:1,target=/b true\n",
            lines=(2, 3),
        ),
        Example(
            before=f"FROM debian@sha256:{'0' * 64}\nONBUILD COPY --from=nginx:1.27 /a /a\n",
            lines=(2,),
        ),
        Example(before=f"FROM debian:bookworm@sha256:{'0' * 64} AS a\nFROM a\nCOPY --from=a /x /x\nFROM scratch\n"),
    ),
)
