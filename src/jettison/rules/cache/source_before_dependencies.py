"""The whole context is copied before dependencies are installed.

Every change of any file then throws away the cached install: a rebuild after a one-line change downloads and
compiles all dependencies again.

Copy the manifest and the lock file first, install, then copy the rest. The fix does so for managers that need
nothing else (npm, yarn, pnpm, bun, pip -r, bundler, mix, pipenv, go). It is not a safe one: install scripts of the
project may need its sources. composer, poetry and uv also read the sources, at the end: they run twice, first without
that (`--no-scripts --no-autoloader`, `--no-root`, `--no-install-project`). Maven needs `dependency:go-offline` for it,
.NET `dotnet restore` on the project files, cargo a tool such as cargo-chef or a cache mount. A RUN that installs and then builds is parted; an install below a build step of
another language goes above it. The manifests are in `knowledge/package_managers.toml`.
A RUN that removes at its end what it installed is only shown parted: the layer of the install would keep it. Where
another stage takes no more than what was built, `jettison optimize` parts it.

Source: Docker documentation, "Optimize cache usage in builds".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import UNSAFE, Effort, Finding, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.named_tuple import NamedTuple
from jettison.rules.base import Example, Rule
from jettison.rules.dependencies_ahead import dependencies_ahead
from jettison.rules.manifests import from_manifest
from jettison.rules.manifests_first import manifests_first

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction


class _Install(NamedTuple):
    """An install below a copy of everything, and the instructions between them."""

    copied: Instruction
    between: tuple[Instruction, ...]
    run: Run
    call: PackageCall


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each copy of everything that comes before an install from a manifest."""
    for stage in model.stages:
        if not any(map(_copies_all, stage.instructions)):
            continue
        installs = _installs(model, stage)
        if not installs:
            continue
        # What cannot be moved must not keep the next install from it.
        fixes = (fix(model, *each) for each in installs for fix in (manifests_first, dependencies_ahead))
        yield RULE.at(
            installs[0].copied.span,
            fix=next((fix for fix in fixes if fix is not None), None),
            impact=Impact(seconds_saved=(2.0, 120.0)),
        )


def _installs(model: Model, stage: Stage) -> list[_Install]:
    """Return the installs of a stage that a change of any file runs again."""
    found: list[_Install] = []
    copied: Instruction | None = None
    between: list[Instruction] = []
    done: set[str] = set()
    for node in stage.instructions:
        if _copies_all(node):
            if found:
                break
            copied, between = node, []
            continue
        if node.keyword == "RUN":
            run = model.run_at[node.span.start]
            calls = [call for call in model.facts(run) if from_manifest(call)]
            if copied is None:
                done.update(call.manager for call in calls)
                continue
            fresh = [call for call in calls if call.manager not in done and not _on_mount(run, call)]
            found += [_Install(copied, tuple(between), run, call) for call in fresh]
        between.append(node)
    return found


def _copies_all(node: Instruction) -> bool:
    return (
        node.keyword in ("COPY", "ADD")
        and len(node.words) == 2
        and node.words[0].value in (".", "./", "/")
        and not node.flag("from")
    )


def _on_mount(run: Run, call: PackageCall) -> bool:
    """Return whether what a build loads lies on a cache mount: then it is not loaded again."""
    folders = MANAGERS[call.manager]["mounts"]
    return call.action == "build" and any(f.startswith(t.rstrip("/")) for f in folders for t in run.cache_targets if t)


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
            before="FROM node:18\n\n# copy everything\nCOPY . .\n\nRUN npm install\n\nCMD x\n",
            lines=(4,),
            after="FROM node:18\n\nCOPY package*.json ./\n\nRUN npm install\n\n# copy everything\nCOPY . .\n\nCMD x\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM python:3.12\nCOPY . .\nRUN pip install .\nRUN pip install -r requirements.txt\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before='FROM ruby:3.3\nWORKDIR /app\nCOPY . .\nRUN bundle install && rm -rf "$(gem env gemdir)"/cache/*.gem\n',
            after='FROM ruby:3.3\nWORKDIR /app\nCOPY Gemfile Gemfile.lock* ./\nRUN bundle install && rm -rf "$(gem env gemdir)"/cache/*.gem\nCOPY . .\n',
            lines=(3,),
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
        Example(
            before="FROM php:8.3-apache\nCOPY . /srv/app\nWORKDIR /srv/app\nRUN apt-get update && apt-get install -y composer\nRUN cp site.conf /etc/apache2/\n# libraries\nRUN composer install --no-dev \\\n    && php artisan optimize\n",
            lines=(2,),
            after="FROM php:8.3-apache\nWORKDIR /srv/app\nRUN apt-get update && apt-get install -y composer\nCOPY composer.json composer.lock* /srv/app/\nRUN composer install --no-dev --no-scripts --no-autoloader\nCOPY . /srv/app\nRUN cp site.conf /etc/apache2/\n# libraries\nRUN composer install --no-dev \\\n    && php artisan optimize\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM python:3.12\nWORKDIR /app\n\n# all of it\nCOPY . .\n\nRUN pip install poetry && \\\n    poetry config virtualenvs.create false && \\\n    poetry install --only main\n",
            lines=(5,),
            after="FROM python:3.12\nWORKDIR /app\n\nCOPY pyproject.toml poetry.lock* ./\nRUN pip install poetry && \\\n    poetry config virtualenvs.create false && \\\n    poetry install --only main --no-root\n\n# all of it\nCOPY . .\n\nRUN poetry install --only main\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM python:3.12\nCOPY . .\nRUN cd api && uv sync --frozen\n",
            lines=(2,),
            after="FROM python:3.12\nCOPY api/pyproject.toml api/uv.lock* api/.python-version ./api/\nRUN cd api && uv sync --frozen --no-install-project\nCOPY . .\nRUN cd api && uv sync --frozen\n",
            files=(("api/pyproject.toml", "[project]\n"), ("api/.python-version", "3.12\n")),
            level=UNSAFE,
        ),
        Example(
            before="FROM php:8.3\nCOPY . .\nRUN composer install\n",
            lines=(2,),
            level=UNSAFE,
            files=(("composer.json", '{"require": {"symfony/flex": "^2"}}'),),
        ),
        Example(
            before="FROM php:8.3\nCOPY . .\nRUN cp composer.phar /bin/composer\nRUN composer install\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM php:8.3\nCOPY . .\nRUN composer install || true\n", lines=(2,), level=UNSAFE),
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm ci\n",
            lines=(2,),
            after="FROM node:18\nCOPY package*.json .npmrc ./\nRUN npm ci\nCOPY . .\n",
            level=UNSAFE,
            files=(("package.json", "{}"), (".npmrc", "legacy-peer-deps=true\n")),
        ),
        Example(before="FROM maven:3\nCOPY . .\nRUN mvn package\n", lines=(2,), level=UNSAFE),
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm ci && npm run build\n",
            lines=(2,),
            after="FROM node:18\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM node:18\nCOPY . /app\nWORKDIR /app\nRUN cd web && npm ci \\\n    && npm run build\n",
            lines=(2,),
            after="FROM node:18\nCOPY web/package*.json /app/web/\nWORKDIR /app\nRUN cd web && npm ci\nCOPY . /app\nRUN cd web && npm run build\n",
            level=UNSAFE,
            files=(("web/package.json", '{"name": "web"}\n'),),
        ),
        Example(
            before="FROM python:3.12\nCOPY . .\nRUN npm run build\n# back end\nRUN pip install -r requirements.txt\n",
            lines=(2,),
            after="FROM python:3.12\nCOPY requirements.txt ./\n# back end\nRUN pip install -r requirements.txt\nCOPY . .\nRUN npm run build\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm ci && npm run build && rm -rf /root/.npm\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm ci && npm run build && npm cache clean --force\n",
            lines=(2,),
            after="FROM node:18\nCOPY package*.json ./\nRUN npm ci && npm cache clean --force\nCOPY . .\nRUN npm run build\n",
            level=UNSAFE,
        ),
        Example(
            before="FROM node:18\nCOPY . .\nRUN npm ci && npm run build && rm -rf node_modules\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before="FROM node:18 AS build\nCOPY . .\nRUN npm ci && npm run build && rm -rf node_modules\nFROM nginx:1.28\nCOPY --from=build /dist /srv\n",
            lines=(2,),
            after="FROM node:18 AS build\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build && rm -rf node_modules\nFROM nginx:1.28\nCOPY --from=build /dist /srv\n",
            level=UNSAFE,
        ),
        Example(before="FROM node:18\nCOPY . .\nRUN npm ci || npm i && npm run build\n", lines=(2,), level=UNSAFE),
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
