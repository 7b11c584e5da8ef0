"""A RUN has a cache mount and keeps the cache empty.

What lies on a cache mount is in no layer. Flags and commands that keep the cache small (`pip --no-cache-dir`,
`apt-get clean`, `rm -rf /var/lib/apt/lists/*`) empty the mount: the next build downloads everything again.

Leave them out. The image does not change, so the fix is a safe one.

Source: Dockerfile reference, "RUN --mount=type=cache".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each flag or command that empties a cache mount of its own RUN."""
    for run in model.runs:
        targets = [m.target.rstrip("/") for m in run.mounts if m.type == "cache" and m.target.startswith("/")]
        if not targets or run.has_error:
            continue
        for call in model.facts(run):
            facts = MANAGERS[call.manager]
            if not any(_covers(target, folder) for target in targets for folder in facts["cache"]):
                continue
            flag = next((w for w in call.command.argv if w.value in facts["no_cache"][0]), None)
            if flag is not None and call.action in ("install", "upgrade", "download"):
                start = flag.span.start - (model.source.data[flag.span.start - 1 : flag.span.start] == b" ")
                fix = Fix(f"Leave out {flag.value}", (Edit(Span(start, flag.span.end), ""),), SAFE)
                text = f"{flag.value} keeps the cache mount of {call.manager} empty"
                yield RULE.at(flag.span, text, fix, Impact(seconds_saved=(2.0, 30.0)))
            elif call.action == "clean":
                yield _cleaning(run, call.command, f"{call.manager} empties its cache mount")
        for command in run.commands:
            if command.name == "rm" and _empties(targets, command):
                yield _cleaning(run, command, "this empties the cache mount")


def _covers(target: str, folder: str) -> bool:
    return folder == target or folder.startswith(target + "/")


def _empties(targets: list[str], command: Command) -> bool:
    paths = [a.rstrip("*").rstrip("/") for a in command.arguments if not a.startswith("-")]
    # What lies outside the mounts must still be removed.
    return bool(paths) and all(any(_covers(target, path) for target in targets) for path in paths)


def _cleaning(run: Run, command: Command, text: str) -> Finding:
    return RULE.at(command.span, text, _without(run, command), Impact(seconds_saved=(2.0, 30.0)))


def _without(run: Run, command: Command) -> Fix | None:
    """Return the fix that takes out the last command of a chain."""
    if len(run.commands) < 2 or run.commands[-1] is not command or run.instruction.heredocs:
        return None
    before = run.commands[-2]
    odd = command.in_condition or command.in_subshell or command.in_pipeline or before.in_pipeline
    if (
        odd
        or before.in_subshell
        or before.in_condition
        or before.redirects
        or command.operator_before not in ("&&", ";")
    ):
        return None
    if command.span.end != run.instruction.body_span.end or command.redirects:
        return None
    return Fix("Leave it out", (Edit(Span(before.span.end, command.span.end), ""),), SAFE)


RULE = Rule(
    code="JT233",
    name="defeated-cache-mount",
    group="cache",
    message="a cache mount is kept empty",
    check=check,
    triggers=("type=cache",),
    examples=(
        Example(
            before="FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir flask\n",
            after="FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask\n",
            lines=(2,),
        ),
        Example(
            before="FROM node:20\nRUN --mount=type=cache,target=/root/.npm npm ci \\\n    && npm cache clean --force\n",
            after="FROM node:20\nRUN --mount=type=cache,target=/root/.npm npm ci\n",
            lines=(3,),
        ),
        Example(
            before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*\n",
            after="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y x\n",
            lines=(2,),
        ),
        Example(before="FROM node:20\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
        Example(
            before="FROM debian:bookworm\nRUN --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*\n"
        ),
    ),
)
