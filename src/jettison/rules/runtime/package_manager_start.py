"""npm, yarn or pnpm starts the service.

The package manager stays as process 1 (npm with about 50 MB of memory) and passes a stop on late or not at
all. Start the program that the script names.

Source: Node.js Docker best practices, "CMD".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_MANAGERS: Final = frozenset(("npm", "yarn", "pnpm", "npx", "poetry", "pipenv"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for a start command that goes through a package manager."""
    last = {start.node.span.start: start for start in model.start_commands()}
    for start in last.values():
        # A wrapper that only replaces itself by the program (bundle exec) is no process of its own.
        if start.program in _MANAGERS:
            yield RULE.at(start.node.span, f"{start.program} stays between the engine and the service")


RULE = Rule(
    code="JT482",
    name="package-manager-start",
    group="runtime",
    message="a package manager stays between the engine and the service",
    check=check,
    triggers=tuple(sorted(_MANAGERS)),
    severity=Severity.LOW,
    examples=(
        Example(before='FROM node:20-slim\nCMD ["npm", "start"]\n', lines=(2,)),
        Example(before='FROM node:20-slim\nRUN npm ci\nCMD ["node", "server.js"]\n'),
    ),
)
