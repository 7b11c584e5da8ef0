"""The image says nothing about how to tell whether it works.

Without HEALTHCHECK an engine knows that a process exists, not that it answers.

Add one that uses a tool the final image really has. The fix does so for the official images of
Python, Node and Alpine, where it connects to the port; asking for a page that says "ready" tells
more. Kubernetes ignores HEALTHCHECK and wants probes instead.

Source: Dockerfile reference, "HEALTHCHECK".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Effort, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

_PYTHON = "import socket; socket.create_connection(('127.0.0.1', {port}), 3).close()"
_NODE = "require('net').connect({port}, '127.0.0.1').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding when a final image that exposes a port has no HEALTHCHECK."""
    final = model.final
    if final is None:
        return
    scope = model.end_scope(final)
    if scope.exposed and scope.healthcheck is None:
        node = next((n for n in final.instructions if n.keyword == "EXPOSE"), final.from_)
        yield RULE.at(node.span, fix=_fix(model, final, scope.exposed))


def _fix(model: Model, stage: Stage, exposed: tuple[str, ...]) -> Fix | None:
    port = exposed[0].removesuffix("/tcp")
    # Several ports, a range or UDP: which one answers is for the author to say.
    if len(exposed) != 1 or not (port.isascii() and port.isdigit()) or not 0 < int(port[:6]) < 65536:
        return None
    command = _command(model, stage)
    if command is None or any(node.keyword == "HEALTHCHECK" for node in stage.instructions):
        return None
    line = f"HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD {command.replace('{port}', port)}"
    return Fix("Check that the port answers", (before_start(model, stage, (line,)),), UNSAFE)


def _command(model: Model, stage: Stage) -> str | None:
    base = model.lineage(stage)[0].base
    if "windows" in (base.tag or "") or "nanoserver" in (base.tag or ""):
        return None
    if base.name == "python":
        return f'["python3", "-c", "{_PYTHON}"]'
    if base.name == "node":
        return f'["node", "-e", "{_NODE}"]'
    if base.name == "alpine":
        return '["nc", "-z", "127.0.0.1", "{port}"]'
    return None


RULE = Rule(
    code="JT402",
    name="missing-healthcheck",
    group="runtime",
    message="a port is exposed and no HEALTHCHECK tells whether it answers",
    check=check,
    triggers=("expose",),
    severity=Severity.LOW,
    effort=Effort.MEDIUM,
    foreign=(
        "DL3057",
        "DS-0026",
        "CKV_DOCKER_2",
        "tally/ruby/healthcheck-rails-up-endpoint",
        "CIS-DI-0006",
        "b03a748a-542d-44f4-bb86-9199ab4fd2d5",
    ),
    examples=(
        Example(before="FROM debian:bookworm\nEXPOSE 80\n", lines=(2,)),
        Example(
            before='FROM alpine:3.20\nEXPOSE 80/tcp\nCMD ["httpd", "-f"]\n',
            after='FROM alpine:3.20\nEXPOSE 80/tcp\nHEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["nc", "-z", "127.0.0.1", "80"]\nCMD ["httpd", "-f"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM python:3.11-slim\nEXPOSE 8000\n",
            after='FROM python:3.11-slim\nEXPOSE 8000\nHEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python3", "-c", "import socket; socket.create_connection((\'127.0.0.1\', 8000), 3).close()"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM debian:bookworm\nEXPOSE 80\nHEALTHCHECK NONE\n"),
    ),
)
