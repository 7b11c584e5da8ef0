"""Native Node addons download Node's headers on each build.

node-gyp keeps them in ~/.cache/node-gyp; a cache mount there saves the download.

Source: node-gyp documentation, `--devdir`; Dockerfile reference, "RUN --mount=type=cache".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each npm, yarn or pnpm install in a file with node-gyp and without a mount for it."""
    for run in model.runs:
        if run.user.split(":")[0] not in ("", "root", "0") or any(
            "node-gyp" in t or t.rstrip("/") in ("/root/.cache", "/root") for t in run.cache_targets
        ):
            continue
        if any(
            call.manager in ("npm", "yarn", "pnpm") and call.action == "install" for call in model.facts(run)
        ) or any(command.name == "node-gyp" for command in run.commands):
            at = run.instruction.keyword_span.end
            edit = Edit(Span(at, at), " --mount=type=cache,target=/root/.cache/node-gyp")
            yield RULE.at(run.instruction.keyword_span, fix=Fix("Keep the headers", (edit,), UNSAFE))


RULE = Rule(
    code="JT220",
    name="native-addon-headers",
    group="cache",
    message="Node's headers are downloaded on each build",
    check=check,
    triggers=("node-gyp",),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/js/node-gyp-cache-mounts",),
    differs="Only files that name node-gyp are looked at; a compiler beside npm does not say that addons are built.",
    examples=(
        Example(
            before="FROM node:22\nRUN npm install -g node-gyp\n",
            after="FROM node:22\nRUN --mount=type=cache,target=/root/.cache/node-gyp npm install -g node-gyp\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM node:22\nRUN --mount=type=cache,target=/root/.cache/node-gyp npm ci\n"),
    ),
)
