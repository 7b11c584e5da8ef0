"""corepack on a Node image that has none.

Node 25 and later come without corepack: `corepack enable` fails. Install it first (`npm install -g corepack`), or
install the package manager itself.

Source: Node.js documentation, "Corepack", removal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for the first corepack call on node 25 or later that nothing installed."""
    for run in model.runs:
        base = model.lineage(run.stage)[0].base
        digits = re.match(r"(\d{1,3})\b", base.tag or "")
        if base.name != "node" or digits is None or int(digits[1]) < 25 or model.text_has("install -g corepack"):
            continue
        for number, command in enumerate(run.commands):
            if command.name != "corepack" or command.operator_before == "||":
                continue
            if any("corepack" in w for other in run.commands[:number] for w in other.arguments) or _installed_before(
                model, run
            ):
                return
            at = command.span.start
            fix = Fix("Install it first", (Edit(Span(at, at), "npm install -g corepack && "),), UNSAFE)
            yield RULE.at(command.span, fix=fix if command.operator_before in ("", "&&") else None)
            return


def _installed_before(model: Model, run: Run) -> bool:
    return any(
        command.name == "npm" and any(word.startswith("corepack") for word in command.arguments)
        for other in model.runs
        if other.instruction.span.start < run.instruction.span.start
        for command in other.commands
    )


RULE = Rule(
    code="JT458",
    name="corepack-missing",
    group="runtime",
    message="Node 25 and later come without corepack",
    check=check,
    triggers=("corepack",),
    severity=Severity.HIGH,
    examples=(
        Example(
            before="FROM node:25-slim\nRUN corepack enable\n",
            after="FROM node:25-slim\nRUN npm install -g corepack && corepack enable\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM node:22-slim\nRUN corepack enable\n"),
        Example(before="FROM node:25-slim\nRUN npm install -g corepack && corepack enable\n"),
    ),
)
