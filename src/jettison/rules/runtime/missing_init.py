"""A program as process 1 that is known to start others, and no init before it.

Process 1 must take up the ends of orphaned processes and gets no default signal handling. Node, Python and
Java do not care for that: with headless browsers or worker processes dead entries pile up, and without a
handler of its own a program ignores SIGTERM.

Run the container with `--init` (Compose: `init: true`), or start below tini or dumb-init. Off by default:
whether `--init` is given is not seen here, and Kubernetes can share the process namespace.

Source: Docker documentation, "Multi-service containers", --init; Node.js Docker best practices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, Confidence, Finding, Fix, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_PROGRAMS: Final = frozenset(("node", "python", "python3", "java", "celery", "npm", "ruby"))


def check(model: Model) -> Iterable[Finding]:
    """Yield at most one finding, on the start command of the final image."""
    starts = model.start_commands()
    if any(start.init for start in starts) or model.text_has("tini") or model.text_has("dumb-init"):
        return
    start = next((start for start in starts if start.program in _PROGRAMS), None)
    if start is not None:
        fix = Fix("Run with --init, or start below tini", (), SHOW)
        yield RULE.at(start.span, f"{start.program} as process 1 takes up no ends of other processes", fix)


RULE = Rule(
    code="JT479",
    name="missing-init",
    group="runtime",
    message="no init before a program that does not do an init's work",
    check=check,
    triggers=tuple(sorted(_PROGRAMS)),
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    default=False,
    examples=(
        Example(before='FROM node:20-slim\nCMD ["node", "server.js"]\n', lines=(2,)),
        Example(before='FROM node:20-slim\nENTRYPOINT ["tini", "--"]\nCMD ["node", "server.js"]\n'),
        Example(before='FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n'),
    ),
)
