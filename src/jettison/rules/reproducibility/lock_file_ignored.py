"""An install does not hold to the lock file that lies beside it.

`npm install` changes the lock file where it does not fit, `yarn install` and `bundle install` may too, and
`cargo install` ignores the one of the program it builds: the image then holds other versions than were tested.

Use the form that follows the lock file and fails when it does not fit: `npm ci`, `yarn install --frozen-lockfile`,
`pnpm install --frozen-lockfile`, `uv sync --frozen`, `cargo build --locked`. The fix does so; a build whose lock file
does not fit fails with it. The forms are in `knowledge/package_managers.toml`.

Source: the manual of each package manager.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall
    from jettison.model.run import Run

# What takes the first flag of the table, behind its verb; the others need a setting or another command.
_BY_FLAG: Final = frozenset(("yarn", "pnpm", "bun", "uv", "cargo", "nuget", "hex"))
_OTHER_LOCKS: Final = frozenset(("--no-lockfile", "--no-package-lock", "--package-lock-only", "--lockfile-only"))

# They add to the manifest, or are another word for the form that follows the lock file.
_ADDS: Final = frozenset(("add", "clean-install", "install-clean", "ic"))

_MAX_LOOKS: Final = 50


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each install from a manifest whose lock file is there and need not be followed."""
    left = _MAX_LOOKS
    for run in model.runs:
        if left <= 0 or not model.reaches_final(run.stage) or run.has_error:
            continue
        for call in model.facts(run):
            facts = MANAGERS[call.manager]
            if call.manager == "cargo" and call.command.arguments[:1] == ("install",):
                yield from _cargo_install(run, call)
                continue
            if left <= 0 or not facts["lock"] or not _follows_manifest(call):
                continue
            left -= 1
            if _held(model, run, call):
                continue
            name = next((lock for lock, held in facts["lock"].items() if held and _present(model, run, lock)), None)
            if name is not None:
                text = f"{' '.join(call.command.arguments[:1]) or call.manager} need not follow {name}"
                yield RULE.at(call.command.span, f"{call.manager}: {text}", _fix(run, call))


def _follows_manifest(call: PackageCall) -> bool:
    verb = call.command.arguments[:1]
    if call.packages and call.manager not in ("nuget", "cargo"):
        return False
    if any(flag in ("-g", "--global") or flag in _OTHER_LOCKS for flag in call.flags):
        return False
    if call.manager == "cargo":
        return verb in (("build",), ("fetch",))
    if call.manager == "nuget":
        return verb == ("restore",)
    if call.manager == "uv":
        return verb == ("sync",)
    return call.action == "install" and not _ADDS.intersection(verb)


def _held(model: Model, run: Run, call: PackageCall) -> bool:
    facts = MANAGERS[call.manager]
    forms = {form for held in facts["lock"].values() for form in held}
    if any(word == form or word.startswith(f"{form}=") for word in call.command.arguments for form in forms):
        return True
    env = model.scope_at(run.instruction, run.stage).env
    names = facts.get("lock_env", ())
    if any(name in env or any(name == n for n, _ in call.command.assignments) for name in names):
        return True
    # `bundle config set deployment true` in this or an earlier RUN.
    if call.manager == "bundler":
        return any(
            command.name == "bundle" and {"deployment", "frozen"} & set(command.arguments)
            for other in model.runs
            for command in other.commands
        )
    return any(
        command.name == "export" and any(n in a for n in names for a in command.arguments) for command in run.commands
    )


def _present(model: Model, run: Run, lock: str) -> bool:
    """Return whether a COPY or ADD before the RUN surely brings the lock file."""
    stages = model.lineage(run.stage)
    place = run.instruction.span.start
    if model.context is not None:
        return any(
            posixpath.basename(file.path) == lock and file.path.count("/") <= 1
            for copy in model.copied()
            if copy.node.span.start < place and copy.stage in stages
            for file in copy.files
        ) or _named(model, run, lock)
    return _named(model, run, lock)


def _named(model: Model, run: Run, lock: str) -> bool:
    place = run.instruction.span.start
    return any(
        posixpath.basename(word.value) == lock
        for stage in model.lineage(run.stage)
        for node in stage.instructions
        if node.keyword in ("COPY", "ADD") and node.span.start < place
        for word in node.words[:-1]
    ) or any(m.options.get("source", "").endswith(lock) for m in run.mounts if m.type == "bind")


def _fix(run: Run, call: PackageCall) -> Fix | None:
    verbs = call.command.argv
    if run.instruction.form != "shell" or len(verbs) < 2:
        return None
    if call.manager == "npm" and verbs[1].value in ("install", "i"):
        return Fix("Use npm ci", (Edit(verbs[1].span, "ci"),), UNSAFE)
    if call.manager not in _BY_FLAG or verbs[1].value.startswith("-"):
        return None
    flag = next(form for held in MANAGERS[call.manager]["lock"].values() for form in held)
    return Fix(f"Add {flag}", (insert_word(call.command, 2, flag),), UNSAFE)


def _cargo_install(run: Run, call: PackageCall) -> Iterable[Finding]:
    if call.packages and not {"--locked", "--frozen"} & set(call.flags):
        plain = run.instruction.form == "shell"
        fix = Fix("Add --locked", (insert_word(call.command, 2, "--locked"),), UNSAFE) if plain else None
        yield RULE.at(call.command.span, "cargo install ignores the Cargo.lock of what it builds", fix)


RULE = Rule(
    code="JT640",
    name="lock-file-ignored",
    group="reproducibility",
    message="an install does not hold to its lock file",
    check=check,
    severity=Severity.LOW,
    triggers=("npm", "yarn", "pnpm", "bun", "bundle", "uv ", "cargo", "pipenv", "dotnet", "mix "),
    foreign=("tally/ruby/missing-bundle-deployment",),
    examples=(
        Example(
            before="FROM node:20\nCOPY package.json package-lock.json ./\nRUN npm install --no-audit\n",
            after="FROM node:20\nCOPY package.json package-lock.json ./\nRUN npm ci --no-audit\n",
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM node:20\nCOPY . .\nRUN yarn install\n",
            after="FROM node:20\nCOPY . .\nRUN yarn install --frozen-lockfile\n",
            lines=(3,),
            level=UNSAFE,
            files=(("package.json", "{}\n"), ("yarn.lock", "x\n")),
        ),
        Example(
            before="FROM rust:1.82\nRUN cargo install cargo-chef\n",
            after="FROM rust:1.82\nRUN cargo install --locked cargo-chef\n",
            lines=(2,),
            level=UNSAFE,
        ),
        Example(before="FROM node:20\nCOPY package*.json ./\nRUN npm install\n"),
        Example(before="FROM node:20\nCOPY package.json package-lock.json ./\nRUN npm ci && npm install -g pm2\n"),
        Example(before="FROM ruby:3.3\nCOPY Gemfile Gemfile.lock ./\nENV BUNDLE_FROZEN=1\nRUN bundle install\n"),
    ),
)
