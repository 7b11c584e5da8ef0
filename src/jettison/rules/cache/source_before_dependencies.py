"""The whole context is copied before dependencies are installed.

Every change of any file then throws away the cached install: a rebuild after a one-line change downloads and
compiles all dependencies again.

Copy the manifest and the lock file first, install, then copy the rest. The fix does so for managers that need
nothing else (npm, yarn, pnpm, bun, pip -r, bundler, mix, pipenv, go). It is not a safe one: install scripts of the
project may need its sources. poetry and uv need `--no-root` and `--no-install-project` for it, composer
`--no-scripts --no-autoloader`, Maven `dependency:go-offline`, .NET `dotnet restore` on the project files, cargo a
tool such as cargo-chef or a cache mount. The manifests are in `knowledge/package_managers.toml`.

Source: Docker documentation, "Optimize cache usage in builds".
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Effort, Finding, Fix, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run
    from jettison.syntax.tree import Instruction

# Managers that install from a manifest, and the actions that load dependencies.
_INSTALL: Final = frozenset(("install",))
_BUILD: Final = frozenset(("install", "build"))
_ACTIONS: Final = {
    **dict.fromkeys(
        ("npm", "yarn", "pnpm", "bun", "pip", "uv", "poetry", "pipenv", "bundler", "composer", "hex"), _INSTALL
    ),
    **dict.fromkeys(("go", "cargo", "maven", "gradle", "nuget"), _BUILD),
}
_PLAIN: Final = frozenset(("set", "echo", "true", "corepack"))
_BETWEEN: Final = frozenset(("LABEL", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "ENV", "ARG", "HEALTHCHECK"))
# They install the project itself as well, or run its scripts.
_FIXABLE: Final = frozenset(("npm", "yarn", "pnpm", "bun", "pip", "bundler", "hex", "pipenv"))
_SCRIPTS: Final = (b'"preinstall"', b'"install"', b'"postinstall"', b'"prepare"', b'"workspaces"', b'"file:', b'"link:')


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each copy of everything that comes before an install from a manifest."""
    for stage in model.stages:
        copied: Instruction | None = None
        between: list[Instruction] = []
        done: set[str] = set()
        for node in stage.instructions:
            if node.keyword in ("COPY", "ADD") and not node.flag("from") and len(node.words) == 2:
                if node.words[0].value in (".", "./", "/"):
                    copied, between = node, []
                    continue
            elif node.keyword == "RUN":
                run = model.run_at[node.span.start]
                calls = [call for call in model.facts(run) if from_manifest(call)]
                if copied is None:
                    done.update(call.manager for call in calls)
                    continue
                call = next((c for c in calls if c.manager not in done and not _on_mount(run, c)), None)
                if call is not None:
                    yield RULE.at(
                        copied.span,
                        fix=_fix(model, copied, between, run, call),
                        impact=Impact(seconds_saved=(2.0, 120.0)),
                    )
                    break
            between.append(node)


def from_manifest(call: PackageCall) -> bool:
    """Return whether a call loads the dependencies that a manifest of the project lists."""
    manager = call.manager
    if call.action not in _ACTIONS.get(manager, ()):
        return False
    words = call.command.arguments
    if manager == "pip" or (manager == "uv" and words[:1] == ("pip",)):
        # A second pip in the same RUN is compared by its flags alone.
        return any(f in ("-r", "--requirement") or f.startswith(("-r", "--requirement=")) for f in call.flags)
    if manager == "uv":
        return words[:1] == ("sync",)
    if manager == "hex":
        return words[:1] == ("deps.get",)
    if any(flag in ("-g", "--global") for flag in call.flags):
        return False
    if manager in ("go", "cargo"):
        # `go install tool@version` and `cargo install tool` do not read the project.
        return not (words[:1] == ("install",) and any(not p.value.startswith(".") for p in call.packages))
    return manager in ("maven", "gradle", "nuget") or not call.packages


def _on_mount(run: Run, call: PackageCall) -> bool:
    """Return whether what a build loads lies on a cache mount: then it is not loaded again."""
    folders = MANAGERS[call.manager]["mounts"]
    return call.action == "build" and any(f.startswith(t.rstrip("/")) for f in folders for t in run.cache_targets if t)


def _fix(model: Model, copied: Instruction, between: list[Instruction], run: Run, call: PackageCall) -> Fix | None:
    node = run.instruction
    if any(other.keyword not in _BETWEEN and not independent(model, other) for other in between):
        return None
    if copied.keyword != "COPY" or copied.heredocs:
        return None
    if call.manager != "go" and not installs_only(model, run, call):
        return None
    scope = model.scope_at(node, run.stage)
    target = scope.value(copied.words[1].raw, model.file.escape)
    folder = posixpath.normpath(posixpath.join(scope.workdir or "/", target))
    if folder != posixpath.normpath(scope.workdir or "/") or any(c.name == "cd" for c in run.commands):
        return None
    manifests = manifests_of(model, call)
    if not manifests:
        return None
    flags = model.source.text(Span(copied.args_span.start, copied.body_span.start))
    newline = model.source.newline
    place = copied.words[1].raw.rstrip("/") + "/"
    first = f"{model.source.text(copied.keyword_span)} {flags}{' '.join(manifests)} {place}{newline}"
    start = whole_lines(model, copied)
    text = model.source.text(start)
    if not text.endswith("\n") or not model.source.data[: node.span.end].endswith(b"\n"):
        return None
    title = f"Copy {' '.join(manifests)[:60]} first, install, then copy the rest"
    if call.manager == "go":
        keyword = model.source.text(node.keyword_span)
        lines = f"{first}{keyword} go mod download{newline}"
        return Fix(title, (Edit(Span(start.start, start.start), lines),), UNSAFE)
    return Fix(title, (Edit(start, first), Edit(Span(node.span.end, node.span.end), text)), UNSAFE)


def independent(model: Model, node: Instruction) -> bool:
    """Return whether a RUN installs packages by their names and so reads nothing of the project."""
    run = next((run for run in model.runs if run.instruction is node), None)
    if run is None or run.has_error or not run.commands:
        return False
    calls = {call.command.span.start: call for call in model.facts(run)}
    for command in run.commands:
        call = calls.get(command.span.start)
        if call is None or call.action not in ("install", "update", "clean", "upgrade") or from_manifest(call):
            return False
        if call.action == "install" and (not call.packages or any("/" in word.value for word in call.packages)):
            return False
    return True


def installs_only(model: Model, run: Run, call: PackageCall) -> bool:
    if run.has_error or call.manager not in _FIXABLE:
        return False
    calls = {other.command.span.start: other for other in model.facts(run)}
    for command in run.commands:
        other = calls.get(command.span.start)
        if other is None and command.name not in _PLAIN:
            return False
        if other is not None and other.action not in ("install", "clean", "upgrade"):
            return False
        if other is not None and any(word.value.startswith((".", "/")) for word in other.packages):
            return False
    return True


def manifests_of(model: Model, call: PackageCall) -> list[str]:
    """Return what must be copied for the install; empty where that is not known."""
    context = model.context
    if call.manager == "pip":
        return _requirement_files(model, call)
    names: list[str] = MANAGERS[call.manager].get("manifests", [])
    if context is not None and names:
        first = "package.json" if names[0] == "package*.json" else names[0]
        data = context.read(first)
        if (
            not data
            or any(mark in data for mark in _SCRIPTS)
            or b"path:" in data
            or b"=> ./" in data
            or b"gemspec" in data
        ):
            return []
        if call.manager == "go" and context.exists("vendor/modules.txt"):
            return []
    if call.manager == "go" and names:
        return list(names) if context is None or context.exists("go.mod") else []
    return list(names)


def _requirement_files(model: Model, call: PackageCall) -> list[str]:
    words = call.command.arguments
    files = [words[i + 1] for i, word in enumerate(words[:-1]) if word in ("-r", "--requirement")]
    plain = all("/" not in name and "$" not in name and not name.startswith("-") for name in files)
    if not files or not plain or any(flag in ("-e", "--editable", "-c", "--constraint") for flag in call.flags):
        return []
    if model.context is not None:
        data = b"\n".join(model.context.read(name) for name in files)
        if any(line.strip().startswith((b"-e", b"-r", b"-c", b".", b"file:")) for line in data.split(b"\n")):
            return []
    return files


RULE = Rule(
    code="JT202",
    name="source-before-dependencies",
    group="cache",
    message="all files are copied before dependencies are installed; any change installs them again",
    check=check,
    triggers=("copy", "add"),
    effort=Effort.MEDIUM,
    examples=(
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm install\n",
            lines=(2,),
            after="FROM node:18\nCOPY package*.json ./\nRUN npm install\nCOPY . .\n",
            level=UNSAFE,
        ),
        Example(
            before='FROM python:3.12\nWORKDIR /app\nCOPY --chown=1 . /app\nRUN pip install -r requirements.txt\nCMD ["x"]\n',
            lines=(3,),
            after='FROM python:3.12\nWORKDIR /app\nCOPY --chown=1 requirements.txt /app/\nRUN pip install -r requirements.txt\nCOPY --chown=1 . /app\nCMD ["x"]\n',
            level=UNSAFE,
        ),
        Example(
            before="FROM golang:1.23\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n",
            lines=(3,),
            after="FROM golang:1.23\nWORKDIR /src\nCOPY go.mod go.sum* ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install --upgrade pip\nRUN pip install -r requirements.txt\n",
            lines=(3,),
            after="FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install --upgrade pip\nRUN pip install -r requirements.txt\nCOPY . .\n",
            level=UNSAFE,
        ),
        Example(before="FROM maven:3\nCOPY . .\nRUN mvn package\n", lines=(2,), level=UNSAFE),
        Example(before="FROM node:18\nCOPY . .\nRUN npm ci && npm run build\n", lines=(2,), level=UNSAFE),
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm ci\n",
            lines=(2,),
            level=UNSAFE,
            files=(("package.json", '{"scripts": {"postinstall": "node x.js"}}\n'),),
        ),
        Example(before="FROM node:18\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\n"),
        Example(before="FROM golang:1.23\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod go build .\n"),
        Example(before="FROM rust:1.82\nCOPY . .\nRUN cargo install cargo-chef\n"),
    ),
)
