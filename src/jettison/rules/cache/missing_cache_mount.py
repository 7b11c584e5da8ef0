"""Downloads and compiled parts are thrown away between builds.

When the layer of such a RUN is rebuilt, everything is downloaded and compiled anew. A cache mount
keeps the package manager's cache on the build machine: rebuilds are faster, and the cache is in no
layer.

The fix adds the mount where root runs the tool and its cache lies where it lies by default. It needs
BuildKit. apt is left out: Debian's images delete its downloads themselves. The folders are in
`knowledge/package_managers.toml`.

Source: Dockerfile reference, "RUN --mount=type=cache".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SHOW, UNSAFE, Edit, Finding, Fix, Impact, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.windows_stage import is_windows
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

_OLD_FRONTEND: Final = re.compile(r"docker/dockerfile:1\.[01](?:\D|$)")
_NO_CACHE: Final = re.compile(r" --no-cache(?:-dir)?(?= |$)", re.MULTILINE)


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each RUN that installs or compiles without a cache mount."""
    for run in model.runs:
        if not model.reaches_final(run.stage) or run.user.split(":")[0] not in ("", "root", "0") or run.has_error:
            continue
        if is_windows(model, run.stage):  # no mounts there
            continue
        calls = [call for call in model.facts(run) if _gains(model, run, call)]
        if not calls:
            continue
        manager = calls[0].manager
        missing = [f for f in _filled(manager, calls) if not any(_covers(mount.target, f) for mount in run.mounts)]
        low, high = MANAGERS[manager]["seconds"]
        if missing:
            yield RULE.at(
                run.instruction.keyword_span,
                f"{manager} starts from an empty cache whenever this RUN is built again",
                _fix(model, run, missing),
                Impact(seconds_saved=(low, high)),
            )


def _filled(manager: str, calls: list[PackageCall]) -> list[str]:
    """Return the folders that the calls of a manager fill."""
    facts = MANAGERS[manager]
    builds = any(call.manager == manager and call.action == "build" for call in calls)
    folders: list[str] = facts["mounts"] if builds else facts.get("loaded", facts["mounts"])
    return folders


def _covers(target: str, folder: str) -> bool:
    return bool(target) and (folder == target.rstrip("/") or folder.startswith(target.rstrip("/") + "/"))


def _gains(model: Model, run: Run, call: PackageCall) -> bool:
    manager = call.manager
    facts = MANAGERS[manager]
    if not facts["mounts"] or call.action not in ("install", "build"):
        return False
    if manager in ("npm", "yarn", "pnpm", "bun") and call.action == "build":
        return False
    base = model.lineage(run.stage)[0].base
    if facts["image"] and base.name != facts["image"]:
        return False
    if any(name in model.scope_at(run.instruction, run.stage).env for name in facts["moved"]):
        return False
    # Who empties the cache in the same RUN has chosen; `pip install --no-cache-dir` is undone by the fix.
    return not any(other.manager == manager and other.action == "clean" for other in model.facts(run))


def _fix(model: Model, run: Run, folders: list[str]) -> Fix:
    node = run.instruction
    mounts = "".join(f"--mount=type=cache,target={folder} " for folder in folders)
    # One edit over the whole text: no other fix may touch this RUN in the same round.
    span = Span(node.args_span.start, node.body_span.end)
    text = _NO_CACHE.sub("", model.source.text(span))
    syntax = model.file.directives.get("syntax")
    old = syntax is not None and _OLD_FRONTEND.search(syntax.value) is not None
    return Fix("Keep the cache on a cache mount", (Edit(span, mounts + text),), SHOW if old else UNSAFE)


RULE = Rule(
    code="JT204",
    name="missing-cache-mount",
    group="cache",
    message="downloads are thrown away between builds",
    check=check,
    triggers=(
        "pip",
        "npm",
        "yarn",
        "go ",
        "cargo",
        "uv ",
        "poetry",
        "bun ",
        "composer",
        "mvn",
        "gradle",
        "dotnet",
        "mix ",
        "bundle",
    ),
    severity=Severity.INFO,
    foreign=("tally/prefer-package-cache-mounts", "tally/ruby/prefer-bundler-cache-mount"),
    differs="apt, apk and dnf are left out: in the usual images their mounts stay empty without further settings.",
    examples=(
        Example(
            before="FROM python:3.11-slim\nRUN pip install --no-cache-dir -r requirements.txt\n",
            after="FROM python:3.11-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM golang:1.22\nRUN --network=none \\\n    go build -o /app .\n",
            after="FROM golang:1.22\nRUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build --network=none \\\n    go build -o /app .\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM node:18-slim\nRUN --mount=type=cache,target=/root/.npm npm ci\n"),
        Example(before="FROM golang:1.22\nRUN --mount=type=cache,target=/go/pkg/mod go mod download\n"),
        Example(before="FROM node:18-slim\nUSER node\nRUN npm ci\n"),
        Example(before="FROM node:18-slim\nRUN yarn test\n"),
        Example(before="FROM python:3.11-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt\n"),
        Example(before="FROM mcr.microsoft.com/dotnet/sdk:10.0-nanoserver-ltsc2025\nRUN dotnet restore\n"),
    ),
)
