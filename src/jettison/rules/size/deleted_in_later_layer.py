"""Files are deleted in a later layer than the one that wrote them.

A deletion in a later RUN is a whiteout: the file disappears from view and its bytes stay in the
image, readable by anyone who unpacks the layer.

Delete in the RUN that wrote the files, or write them in a build stage.

Source: OCI image layer specification, "Whiteouts".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Effort, Finding
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.shell_command import Command

_CACHES = (
    "/var/lib/apt/lists",
    "/var/cache/apt",
    "/var/cache/apk",
    "/var/cache/yum",
    "/var/cache/dnf",
    "/root/.cache",
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each rm whose target an earlier COPY, ADD or package call wrote."""
    final = model.final
    if final is None or "rm" not in model.programs:
        return
    for stage in model.lineage(final):
        written: list[str] = []
        for node in stage.instructions:
            if node.keyword in ("COPY", "ADD") and node.words:
                scope = model.scope_at(node, stage)
                target = scope.value(node.words[-1].raw, model.file.escape)
                if target.startswith("/") and not target.endswith("/") and "." in target.rsplit("/", 1)[-1]:
                    written.append(target)
                continue
            if node.keyword != "RUN":
                continue
            run = model.run_at[node.span.start]
            yield from _hidden(run.commands, written)
            if any(call.manager == "apt" and call.action == "update" for call in model.facts(run)):
                written.append("/var/lib/apt/lists")
            if any(call.action == "install" and call.manager in ("apk", "dnf", "yum") for call in model.facts(run)):
                written.extend(_CACHES[2:5])


def _hidden(commands: tuple[Command, ...], written: list[str]) -> Iterable[Finding]:
    own_update = False
    for command in commands:
        own_update = own_update or "update" in command.arguments or "install" in command.arguments
        if command.name != "rm":
            continue
        targets = [a.rstrip("*").rstrip("/") for a in command.arguments if a.startswith("/")]
        for target in targets:
            for path in written:
                if path == target or path.startswith(target + "/"):
                    if own_update and path in _CACHES:
                        continue
                    yield RULE.at(command.span, f"{path} is deleted here, but its bytes stay in an earlier layer")
                    break


RULE = Rule(
    code="JT108",
    name="deleted-in-later-layer",
    group="size",
    message="files are deleted in a later layer than the one that wrote them",
    check=check,
    triggers=("rm ",),
    confidence=Confidence.HIGH,
    effort=Effort.MEDIUM,
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY app.tar.gz /tmp/app.tar.gz\nRUN tar -xf /tmp/app.tar.gz && rm /tmp/app.tar.gz\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nRUN curl -o /tmp/x.tar http://example.org/x.tar && rm /tmp/x.tar\n"),
    ),
)
