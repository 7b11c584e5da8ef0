"""The health check calls a program that the image does not have.

The check fails each time, the container is called unhealthy although it works, and an orchestrator that
looks at it restarts it for ever. Slim Debian images have neither curl nor wget, Alpine has wget and nc but
no curl, Red Hat's have curl but no wget.

Use what is there (the language itself can open a connection), or install the program. Which base lacks
what is in `knowledge/base_tools.toml`. A program whose name occurs in any earlier RUN, COPY or ADD counts
as there; where a RUN starts a script, which may install anything, nothing is reported.

Source: Dockerfile reference, "HEALTHCHECK"; the package lists of the official images.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Finding, Fix, Severity
from jettison.knowledge.base_tools import absent_tools
from jettison.model.run import runs_unseen
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

_PROVIDERS: Final = {
    "nc": ("nc", "netcat", "ncat", "nmap", "busybox"),
    "netcat": ("nc", "netcat", "ncat", "nmap", "busybox"),
    "wget": ("wget", "busybox"),
    "ps": ("ps", "procps"),
    "pgrep": ("pgrep", "procps"),
}


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first absent program that the final image's health check calls."""
    final = model.final
    node = model.end_scope(final).healthcheck if final is not None else None
    stage = next((s for s in model.lineage(final) if node in s.instructions), None) if final and node else None
    if final is None or node is None or stage is None:
        return
    base = model.lineage(final)[0].base
    absent = frozenset() if base.unresolved else absent_tools(base.name, base.tag)
    commands = model.shell_body(node, stage).commands if absent else ()
    # curl ... || wget ...: one of the two may do.
    if any(c.operator_before == "||" and c.name not in ("exit", "kill", "false", "true", "echo") for c in commands):
        return
    command = next((c for c in commands if c.name in absent), None)
    if command is not None and not _is_added(model, final, command.name):
        name = f"{base.name[:50]}:{base.tag[:30]}" if base.tag else base.name[:50]
        fix = Fix(f"Install {command.name}, or check with a program that the image has", (), SHOW)
        yield RULE.at(command.span, f"{command.name} is not in {name} and nothing installs it", fix)


def _is_added(model: Model, final: Stage, tool: str) -> bool:
    names = "|".join(_PROVIDERS.get(tool, (tool,)))
    pattern = re.compile(rf"(?<![\w.])(?:{names})(?!\w)")
    for stage in model.lineage(final):
        for node in stage.instructions:
            if node.keyword not in ("RUN", "COPY", "ADD"):
                continue
            if pattern.search(model.source.text(node.span)):
                return True
            # A base's folder tree may hold anything.
            if node.keyword == "COPY" and node.flag("from") and node.words and node.words[-1].value in ("/", "/usr/"):
                return True
    # Packages that a variable or a file names may hold it, and a script may install it.
    runs = [run for run in model.runs if model.in_final_image(run.stage)]
    return any(runs_unseen(command) for run in runs for command in run.commands) or any(
        "$" in word.value
        for run in runs
        for call in model.facts(run)
        if call.action == "install"
        for word in call.packages
    )


RULE = Rule(
    code="JT461",
    name="health-tool-missing",
    group="runtime",
    message="the health check calls a program that the image does not have",
    check=check,
    triggers=("healthcheck",),
    severity=Severity.HIGH,
    examples=(
        Example(before="FROM python:3.12-slim\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n", lines=(2,)),
        Example(before='FROM alpine:3.20\nHEALTHCHECK CMD ["curl", "-f", "http://localhost/"]\n', lines=(2,)),
        Example(before="FROM scratch\nCOPY app /app\nHEALTHCHECK CMD wget -q localhost\n", lines=(3,)),
        Example(
            before="FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y curl\nHEALTHCHECK CMD curl -f localhost\n"
        ),
        Example(before="FROM alpine:3.20\nHEALTHCHECK CMD wget -q -O- localhost\n"),
        Example(before="FROM debian:12\nCOPY x /x\nRUN /x/install --all\nHEALTHCHECK CMD curl localhost\n"),
        Example(before="FROM debian:12\nRUN sh -c 'a b' && /usr/bin/env\nHEALTHCHECK CMD curl localhost\n", lines=(3,)),
        Example(before="FROM node:20-slim\nHEALTHCHECK CMD curl localhost || wget localhost\n"),
        Example(before="FROM python:3.12-slim\nHEALTHCHECK NONE\n"),
        Example(before='FROM gcr.io/distroless/static-debian12\nHEALTHCHECK CMD ["wget", "x"]\n', lines=(2,)),
    ),
)
