"""A cache mount for apt's downloads stays empty.

The official images of Debian and Ubuntu delete every download as soon as it is installed
(/etc/apt/apt.conf.d/docker-clean). A cache mount on /var/cache/apt keeps nothing as long as that file is there.

Remove it before apt runs, as Docker's own example does: `rm -f /etc/apt/apt.conf.d/docker-clean`.

Source: Dockerfile reference, "RUN --mount=type=cache", example for apt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Impact, Severity
from jettison.knowledge.users import family
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run

_FOLDER: Final = "/var/cache/apt"
_REMOVE: Final = "rm -f /etc/apt/apt.conf.d/docker-clean"


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that installs onto such a mount while the base empties it."""
    if model.text_has("docker-clean") or model.text_has("keep-downloaded-packages") or model.text_has("apt.conf.d"):
        return
    for run in model.runs:
        mount = next(
            (m for m in run.mounts if m.type == "cache" and m.target.rstrip("/") in (_FOLDER, f"{_FOLDER}/archives")),
            None,
        )
        if mount is None or not any(call.manager == "apt" and call.action == "install" for call in model.facts(run)):
            continue
        base = model.lineage(run.stage)[0].base
        if not base.unresolved and family(base.name, base.tag) == "debian":
            yield RULE.at(mount.span, fix=_fix(run), impact=Impact(seconds_saved=(2.0, 30.0)))


def _fix(run: Run) -> Fix | None:
    node = run.instruction
    first = run.commands[0]
    if run.has_error or node.form != "shell" or node.heredocs or first.span.start != node.body_span.start:
        return None
    return Fix("Keep what is downloaded", (Edit(Span(first.span.start, first.span.start), f"{_REMOVE} && "),), UNSAFE)


RULE = Rule(
    code="JT235",
    name="emptied-apt-mount",
    group="cache",
    message="the base image empties this cache mount: it deletes downloads itself",
    check=check,
    triggers=("/var/cache/apt",),
    severity=Severity.LOW,
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get update && apt-get install -y x\n",
            after="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked rm -f /etc/apt/apt.conf.d/docker-clean && apt-get update && apt-get install -y x\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nRUN rm /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y x\n"
        ),
        Example(before="FROM my/debian\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y x\n"),
    ),
)
