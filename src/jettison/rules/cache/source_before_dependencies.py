"""The whole context is copied before dependencies are installed.

Every change of any file then throws away the cached install: a rebuild after a one-line change
downloads and compiles all dependencies again.

Copy the manifest and lock file first, install, then copy the rest.

Source: Docker documentation, "Optimize cache usage in builds".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Effort, Finding, Impact
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_MANAGERS = frozenset(("pip", "npm", "yarn", "go", "cargo"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each copy of everything that comes before an install from a manifest."""
    for stage in model.stages:
        copied = None
        for node in stage.instructions:
            if node.keyword in ("COPY", "ADD") and not node.flag("from") and len(node.words) == 2:
                if node.words[0].value in (".", "./", "/"):
                    copied = node
            elif node.keyword == "RUN" and copied is not None:
                run = next(run for run in model.runs if run.instruction is node)
                if any(
                    call.manager in _MANAGERS
                    and _from_manifest(call.manager, call.action, call.flags, len(call.packages))
                    for call in model.facts(run)
                ):
                    yield RULE.at(copied.span, impact=Impact(seconds_saved=(2.0, 120.0)))
                    break


def _from_manifest(manager: str, action: str, flags: tuple[str, ...], packages: int) -> bool:
    if manager == "pip":
        return action == "install" and any(
            flag in ("-r", "--requirement") or flag.startswith(("-r", "--requirement=")) for flag in flags
        )
    if manager == "go":
        return action in ("install", "build")
    return action == "install" and packages == 0


RULE = Rule(
    code="JT202",
    name="source-before-dependencies",
    group="cache",
    message="all files are copied before dependencies are installed; any change installs them again",
    check=check,
    triggers=("copy", "add"),
    effort=Effort.MEDIUM,
    examples=(
        Example(before="FROM node:18\nCOPY . .\nRUN npm install\n", lines=(2,)),
        Example(before="FROM node:18\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n"),
    ),
)
