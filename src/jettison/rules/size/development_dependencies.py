"""Development dependencies are installed into the image.

Compilers, test runners and linters of the project are often most of what an install loads. The program that runs
uses none of them, and each is a package that a scanner reports.

Leave them out (`npm ci --omit=dev`, `composer install --no-dev`, `uv sync --no-dev`, `poetry install --only main`),
or, where the build needs them, build in an earlier stage and install again without them. Not reported where the
manifest is known and lists none, where the image is for development, or where they are pruned later.

Source: the manual of each package manager.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Confidence, Finding, Fix, Impact, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

# Manifest, and what shows there that development dependencies exist.
_MANIFESTS: Final = {
    "npm": ("package.json", (b'"devDependencies"',)),
    "yarn": ("package.json", (b'"devDependencies"',)),
    "pnpm": ("package.json", (b'"devDependencies"',)),
    "bun": ("package.json", (b'"devDependencies"',)),
    "composer": ("composer.json", (b'"require-dev"',)),
    "uv": ("pyproject.toml", (b"dependency-groups", b"dev-dependencies")),
    "poetry": ("pyproject.toml", (b"poetry.group", b"dev-dependencies", b"dependency-groups")),
    "bundler": ("Gemfile", (b"group ", b"group:")),
}
_VALUES: Final = {"NODE_ENV": "production", "MIX_ENV": "prod"}
_DEVELOPMENT: Final = ("dev", "test", "ci", "debug", "local", "base", "deps")
_DEV_WORDS: Final = frozenset(
    ("dev", "test", "watch", "nodemon", "start:dev", "serve", "runserver", "vite", "jest", "pytest")
)
_VERBS: Final = frozenset(("install", "i", "ci", "sync", "clean-install"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install of the final image that takes development dependencies along."""
    final = model.final
    if final is None or (final.name and any(mark in final.name for mark in _DEVELOPMENT)):
        return
    starts = model.start_commands()
    # Without a start of its own the image is more likely a base or a tool.
    if not starts or any(_DEV_WORDS.intersection(start.argv) for start in starts):
        return
    runs = [run for run in model.runs if model.in_final_image(run.stage)]
    calls = [(run, call) for run in runs for call in model.facts(run)]
    dropped = {manager for manager in _MANIFESTS if any(_drops(c, manager) for _, c in calls)}
    dropped.update(_set_elsewhere(model))
    builds = any(c.action == "build" and c.manager in ("npm", "yarn", "pnpm", "bun") for _, c in calls)
    listed: dict[str, bool] = {}
    for run, call in calls:
        if call.manager == "pip":
            yield from _pip(call)
        elif call.manager not in dropped and _takes_all(model, run, call, listed):
            text = f"{call.manager} installs development dependencies too"
            if builds:
                text += "; they serve the build: install again without them in the last stage"
            low = Impact(bytes_saved=(5_000_000, 300_000_000))
            yield RULE.at(call.command.span, text, None if builds else _fix(run, call), low)


def _pip(call: PackageCall) -> Iterable[Finding]:
    words = call.command.arguments
    for at, word in enumerate(words[:-1]):
        if call.action == "install" and word in ("-r", "--requirement"):
            name = words[at + 1].rsplit("/", 1)[-1].lower()
            parts = name.replace("_", "-").replace(".", "-").split("-")
            if {"dev", "development", "test", "tests", "testing", "lint"}.intersection(parts):
                yield RULE.at(call.command.span, f"{name[:60]} lists what only development needs")


def _takes_all(model: Model, run: Run, call: PackageCall, listed: dict[str, bool]) -> bool:
    manager = call.manager
    if manager not in _MANIFESTS or call.action != "install" or call.packages or run.has_error:
        return False
    verb = call.command.arguments[:1]
    if any(flag in ("-g", "--global") for flag in call.flags) or (
        verb and verb[0] in ("add", "require", "create-project")
    ):
        return False
    flags, names = MANAGERS[manager]["dev"]
    if any(
        flag == known or flag.startswith(f"{known}=") for flag in call.flags for known in (*flags, "--omit", "--only")
    ):
        return False
    scope = model.scope_at(run.instruction, run.stage)
    given = {**scope.args, **scope.env, **dict(call.command.assignments)}
    if any(given.get(name, "") == _VALUES.get(name, given.get(name)) and name in given for name in names):
        return False
    if manager not in listed:
        listed[manager] = _listed(model, manager, given)
    return listed[manager]


def _set_elsewhere(model: Model) -> set[str]:
    """Return the managers for which a RUN sets the variable, or bundler's setting, that leaves them out."""
    given = [a for run in model.runs for c in run.commands if c.name in ("export", "bundle") for a in c.arguments]
    found = {"bundler"} if {"without", "only"}.intersection(given) else set()
    for manager in _MANIFESTS:
        if any(a.startswith(f"{name}=") for a in given for name in MANAGERS[manager]["dev"][1]):
            found.add(manager)
    return found


def _listed(model: Model, manager: str, given: dict[str, str]) -> bool:
    context = model.context
    name, marks = _MANIFESTS[manager]
    data = b"" if context is None else context.read(name)
    if data:
        return any(mark in data for mark in marks)
    # Groups that are installed unasked are rarer there: only where the image says that it is for production.
    if manager in ("uv", "poetry"):
        return False
    return manager != "bundler" or "production" in (given.get("RAILS_ENV"), given.get("RACK_ENV"))


def _drops(call: PackageCall, manager: str) -> bool:
    words = call.command.arguments
    dev = MANAGERS[manager]["dev"][0]
    return call.manager == manager and (
        "prune" in words or any(w in dev or w.startswith(("--omit", "--prod")) for w in words)
    )


def _fix(run: Run, call: PackageCall) -> Fix | None:
    flag = MANAGERS[call.manager].get("omit")
    argv = call.command.argv
    if not flag or run.instruction.form != "shell" or len(argv) < 2 or argv[1].value not in _VERBS:
        return None
    return Fix(f"Add {flag}", (insert_word(call.command, 2, flag),), UNSAFE)


RULE = Rule(
    code="JT156",
    name="development-dependencies",
    group="size",
    message="development dependencies are installed into the image",
    check=check,
    triggers=("npm", "yarn", "pnpm", "bun", "composer", "uv ", "poetry", "bundle", "pip"),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    foreign=("tally/php/composer-no-dev-in-production", "tally/ruby/missing-bundle-without-development"),
    examples=(
        Example(
            before='FROM node:20-slim\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["node", "server.js"]\n',
            after='FROM node:20-slim\nCOPY package*.json ./\nRUN npm ci --omit=dev\nCOPY . .\nCMD ["node", "server.js"]\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before='FROM node:20-slim\nCOPY . .\nRUN npm ci && npm run build\nCMD ["node", "dist/server.js"]\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before='FROM php:8.3-apache\nRUN composer install --no-interaction\nCMD ["apache2-foreground"]\n',
            after='FROM php:8.3-apache\nRUN composer install --no-dev --no-interaction\nCMD ["apache2-foreground"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before='FROM python:3.12\nRUN pip install -r requirements-dev.txt\nCMD ["python", "a.py"]\n', lines=(2,)
        ),
        Example(before='FROM node:20\nENV NODE_ENV=production\nRUN npm ci\nCMD ["node", "a.js"]\n'),
        Example(before='FROM node:20\nRUN npm ci\nCMD ["npm", "run", "dev"]\n'),
        Example(
            before='FROM node:20\nRUN npm ci\nCMD ["node", "a.js"]\n',
            files=(("package.json", '{"dependencies": {}}\n'),),
        ),
        Example(before='FROM node:20\nRUN npm ci && npm run build && npm prune --omit=dev\nCMD ["node", "a.js"]\n'),
    ),
)
