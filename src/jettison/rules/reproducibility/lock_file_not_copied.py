"""The manifest is copied and its lock file is left behind.

The project has a lock file; the build installs without it and gets the newest versions that the manifest allows,
other ones every week.

Copy it along with the manifest. Reported only where the build context holds the lock file beside the manifest.

Source: the manual of each package manager, lock files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.copied import Copied
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.words import Word

_MANIFESTS: Final = {
    "npm": "package.json",
    "yarn": "package.json",
    "pnpm": "package.json",
    "bun": "package.json",
    "bundler": "Gemfile",
    "composer": "composer.json",
    "poetry": "pyproject.toml",
    "uv": "pyproject.toml",
    "pipenv": "Pipfile",
    "cargo": "Cargo.toml",
    "hex": "mix.exs",
    "go": "go.mod",
}

_MAX_LOOKS: Final = 50


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each manifest that is copied by name for an install, without its lock file."""
    if model.context is None:
        return
    left = _MAX_LOOKS
    for run in model.runs:
        if left <= 0 or not model.reaches_final(run.stage):
            continue
        managers = [c.manager for c in model.facts(run) if c.action in ("install", "build") and c.manager in _MANIFESTS]
        for manager in dict.fromkeys(managers):
            left -= 1
            found = _missing(model, run, manager)
            if found is not None:
                copy, lock = found
                yield RULE.at(copy.span, f"{lock[:60]} lies beside it and is not copied", _fix(copy, lock))


def _missing(model: Model, run: Run, manager: str) -> tuple[Copied, str] | None:
    context, place, stages = model.context, run.instruction.span.start, model.lineage(run.stage)
    before = [c for c in model.copied() if c.stage in stages and c.node.span.start <= place]
    manifest = next((c for c in before if c.named and posixpath.basename(c.files[0].path) == _MANIFESTS[manager]), None)
    if manifest is None or context is None:
        return None
    folder = posixpath.dirname(manifest.files[0].path)
    locks = [posixpath.join(folder, lock) for lock in MANAGERS[manager]["lock"]]
    there = [lock for lock in locks if context.exists(lock)]
    if not there or any(file.path in there for copy in before for file in copy.files):
        return None
    return manifest, there[0]


def _fix(copy: Copied, lock: str) -> Fix | None:
    target: Word = copy.node.words[-1]
    folder = target.value.endswith("/") or target.value in (".", "..")
    if copy.node.keyword != "COPY" or copy.node.form == "exec" or not folder:
        return None
    place = target.span.start
    return Fix(f"Copy {lock} along", (Edit(Span(place, place), f"{lock} "),), UNSAFE)


RULE = Rule(
    code="JT641",
    name="lock-file-not-copied",
    group="reproducibility",
    message="the manifest is copied without its lock file",
    check=check,
    needs_context=True,
    triggers=(
        "package.json",
        "gemfile",
        "composer.json",
        "pyproject.toml",
        "pipfile",
        "cargo.toml",
        "mix.exs",
        "go.mod",
    ),
    examples=(
        Example(
            before="FROM node:20\nCOPY package.json ./\nRUN npm install\nCOPY . .\n",
            after="FROM node:20\nCOPY package.json package-lock.json ./\nRUN npm install\nCOPY . .\n",
            lines=(2,),
            level=UNSAFE,
            files=(("package.json", "{}\n"), ("package-lock.json", "{}\n")),
        ),
        Example(
            before="FROM node:20\nCOPY package*.json ./\nRUN npm install\n",
            files=(("package.json", "{}\n"), ("package-lock.json", "{}\n")),
        ),
        Example(before="FROM node:20\nCOPY package.json ./\nRUN npm install\n", files=(("package.json", "{}\n"),)),
    ),
)
