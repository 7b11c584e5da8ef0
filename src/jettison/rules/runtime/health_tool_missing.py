"""The health check calls a tool that the image does not have.

Slim, Alpine and language images come without curl, Debian's also without wget. The check then fails for ever
and the container is "unhealthy" although it works.

Use the program's own language (python -c, node -e), busybox wget on Alpine, or install the tool.

Source: the contents of the official images; Dockerfile reference, "HEALTHCHECK".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding
from jettison.rules.base import Example, Rule
from jettison.rules.runtime.no_shell_in_base import has_no_shell

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import BaseRef, Stage

_TOOLS: Final = frozenset(("curl", "wget", "nc", "netcat", "http"))
# Plain distributions and slim forms; full language images hold curl and wget (buildpack-deps).
_BARE: Final = frozenset(("debian", "ubuntu"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the health check of the final image when its tool is surely absent."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    node = scope.healthcheck
    if node is None:
        return
    lineage = model.lineage(final)
    stage = next(s for s in lineage if node in s.instructions)
    for command in model.shell_body(node, stage).commands:
        if (
            command.name in _TOOLS
            and _absent(lineage[0].base, command.name)
            and not _brought(model, lineage, command.name)
        ):
            yield RULE.at(command.argv[0].span, f"{command.name} is in neither the base nor an install of this file")


def _absent(base: BaseRef, tool: str) -> bool:
    tag = base.tag or ""
    if has_no_shell(base):
        return True
    if "alpine" in tag or base.name == "alpine":
        # busybox brings wget and nc.
        return (
            tool in ("curl", "netcat", "http")
            and base.name in ("alpine", "node", "python", "golang", "ruby", "nginx", "php")
            and not (base.name in ("nginx", "php") and tool == "curl")
        )
    return base.name in _BARE or (
        "slim" in tag and base.name in ("python", "node", "ruby", "openjdk", "perl", "debian", "rust")
    )


def _brought(model: Model, lineage: list[Stage], tool: str) -> bool:
    for stage in lineage:
        for node in stage.instructions:
            # A tool that is copied in, or installed under any name by a command that is not understood.
            if node.keyword in ("COPY", "ADD") and any(tool in word.value for word in node.words):
                return True
            if node.keyword == "RUN" and tool in model.source.text(node.span):
                return True
    return False


RULE = Rule(
    code="JT461",
    name="health-tool-missing",
    group="runtime",
    message="the health check calls a tool that the image does not have",
    check=check,
    triggers=("healthcheck",),
    confidence=Confidence.MEDIUM,
    examples=(
        Example(before="FROM python:3.12-slim\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n", lines=(2,)),
        Example(
            before="FROM python:3.12-slim\nRUN apt-get update && apt-get install -y curl\nHEALTHCHECK CMD curl -f http://localhost/\n"
        ),
        Example(before="FROM alpine:3.20\nHEALTHCHECK CMD wget -qO- http://localhost/\n"),
    ),
)
