"""A package manager's cache stays in the layer.

apk, dnf, yum, pip, npm and yarn keep what they downloaded. Nothing in the image uses it again.

Tell the manager not to keep it (apk --no-cache, pip --no-cache-dir), clean in the same RUN
(dnf, yum, npm, yarn), or put the folder on a cache mount, which also makes rebuilds faster.

Source: the manual of each package manager.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import append_command, insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

_FLAG = {"apk": "--no-cache", "pip": "--no-cache-dir"}
_CLEAN = {
    "dnf": "dnf clean all",
    "yum": "yum clean all",
    "npm": "npm cache clean --force",
    "yarn": "yarn cache clean",
}
_ESTIMATE = {
    "apk": 2_000_000,
    "pip": 10_000_000,
    "dnf": 60_000_000,
    "yum": 60_000_000,
    "npm": 15_000_000,
    "yarn": 40_000_000,
}


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each install of the final image that leaves a cache."""
    for run in model.runs:
        if not model.in_final_image(run.stage):
            continue
        seen = set()
        for call in model.facts(run):
            if call.action != "install" or call.manager not in _ESTIMATE or call.manager in seen:
                continue
            if _covered(model, run, call):
                continue
            seen.add(call.manager)
            edit = _edit(model, run, call)
            title = f"Leave no {call.manager} cache"
            fix = Fix(title, (edit,), SAFE) if edit else None
            guess = _ESTIMATE[call.manager]
            yield RULE.at(
                call.command.span,
                f"the {call.manager} cache stays in this layer",
                fix,
                Impact(bytes_saved=(guess // 2, guess * 2)),
            )


def _edit(model: Model, run: Run, call: PackageCall) -> Edit | None:
    if run.has_error:
        return None
    if call.manager in _FLAG:
        words = next((i for i, word in enumerate(call.command.argv) if word.value in ("add", "install")), 0)
        return insert_word(call.command, words + 1, _FLAG[call.manager]) if words else None
    return append_command(model, run, _CLEAN[call.manager])


def _covered(model: Model, run: Run, call: PackageCall) -> bool:
    manager = call.manager
    scope = model.scope_at(run.instruction, run.stage)
    if manager == "pip" and (
        "--no-cache-dir" in call.flags or scope.env.get("PIP_NO_CACHE_DIR", "") not in ("", "0", "off", "false")
    ):
        return True
    if manager == "apk" and "--no-cache" in call.flags:
        return True
    folders = MANAGERS[manager]["cache"]
    if any(
        folder.startswith(target.rstrip("/")) or target.startswith(folder)
        for folder in folders
        for target in run.cache_targets
    ):
        return True
    if any(other.manager == manager and other.action == "clean" for other in model.facts(run)):
        return True
    marks = (*folders, ".cache", ".npm")
    return any(c.name == "rm" and any(mark in a for a in c.arguments for mark in marks) for c in run.commands)


RULE = Rule(
    code="JT105",
    name="package-cache-left",
    group="size",
    message="a package manager's cache stays in this layer",
    check=check,
    triggers=("apk", "dnf", "yum", "pip", "npm", "yarn"),
    foreign=("DL3019", "DL3032", "DL3040", "DL3042", "DL3060"),
    examples=(
        Example(
            before="FROM python:3.11-slim\nRUN pip install flask==3.0.0\n",
            after="FROM python:3.11-slim\nRUN pip install --no-cache-dir flask==3.0.0\n",
            lines=(2,),
        ),
        Example(
            before="FROM alpine:3.20\nRUN apk add curl\n",
            after="FROM alpine:3.20\nRUN apk add --no-cache curl\n",
            lines=(2,),
        ),
        Example(
            before="FROM node:18-slim\nRUN npm ci\n",
            after="FROM node:18-slim\nRUN npm ci && npm cache clean --force\n",
            lines=(2,),
        ),
        Example(
            before="FROM python:3.11-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.0.0\n"
        ),
        Example(
            before="FROM python:3.11 AS build\nRUN pip install build\nFROM python:3.11-slim\nCOPY --from=build /x /x\n"
        ),
    ),
)
