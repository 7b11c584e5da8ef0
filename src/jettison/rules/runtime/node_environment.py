"""A Node service without NODE_ENV=production.

Express and many libraries are several times slower without it, show stack traces to visitors, and npm
installs what only development needs.

Source: Express documentation, "Production best practices"; npm documentation, `omit`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Confidence, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.insertion import before_start
from jettison.rules.starting import start_nodes

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_PROGRAMS: Final = frozenset(("node", "npm", "yarn", "pnpm", "pm2-runtime", "next"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a final image on node that starts a service and sets no NODE_ENV."""
    final = model.final
    if final is None or (final.name and ("dev" in final.name or "test" in final.name)):
        return
    scope = model.end_scope(final)
    if model.lineage(final)[0].base.name != "node" or "NODE_ENV" in scope.env:
        return
    for stage, node in start_nodes(model, final):
        commands = model.shell_body(node, stage).commands
        if any("NODE_ENV" in name for command in commands for name, _ in command.assignments):
            return
        if commands and commands[0].name in _PROGRAMS and not any("dev" in a for a in commands[0].arguments):
            edit = before_start(model, final, ("ENV NODE_ENV=production",))
            yield RULE.at(node.span, fix=Fix("Set it before the start", (edit,), UNSAFE))
            return


RULE = Rule(
    code="JT481",
    name="node-environment",
    group="runtime",
    message="a Node service without NODE_ENV=production",
    check=check,
    triggers=("node",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    examples=(
        Example(
            before='FROM node:20-slim\nCMD ["node", "server.js"]\n',
            after='FROM node:20-slim\nENV NODE_ENV=production\nCMD ["node", "server.js"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before='FROM node:20-slim\nENV NODE_ENV=production\nCMD ["node", "server.js"]\n'),
        Example(before='FROM node:20-slim AS development\nCMD ["npm", "start"]\n'),
    ),
)
