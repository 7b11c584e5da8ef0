"""Tests and documentation of the project are copied into the image.

The program that runs does not read them. They make every pull larger, every change of a test builds a new
layer, and test data at times holds what nobody should see.

List them in .dockerignore, or copy the source folder instead of everything. Not reported where a RUN or the
start of the image runs tests or builds documentation, nor below 200 kB (setting `limit_kilobytes`).

Source: Docker documentation, "Build context".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Confidence, Finding, Impact, Severity
from jettison.knowledge.context_contents import DEVELOPMENT
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.context import ContextFile
    from jettison.model.dockerfile import Model

_FOLDERS = frozenset(DEVELOPMENT["folders"])
_KEEP = frozenset(DEVELOPMENT["keep"])


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each copy of the whole context into the final image that takes such folders."""
    final = model.final
    if model.context is None or final is None or _tests(model) or (final.name and "test" in final.name):
        return
    limit = int(RULE.option(model, "limit_kilobytes")) * 1000
    for copy in model.copied():
        if not copy.whole or copy.mount or not model.in_final_image(copy.stage):
            continue
        parts = _parts(copy.files)
        size = sum(parts.values())
        if size >= limit:
            names = sorted(parts, key=lambda name: (-parts[name], name))
            shown = ", ".join(f"{name}/ {max(parts[name] // 1000, 1)} kB" for name in names[:4])
            impact = Impact((size, size), None, (size, size), "measured")
            yield RULE.at(copy.span, f"the running program does not read {shown}", impact=impact)
            return


def _tests(model: Model) -> bool:
    for run in model.runs:
        for command in run.commands:
            if command.name in _KEEP or any(a in _KEEP or a.startswith("test") for a in command.arguments[:4]):
                return True
    return any(_KEEP.intersection(start.argv) or "test" in start.argv for start in model.start_commands())


def _parts(files: tuple[ContextFile, ...]) -> dict[str, int]:
    # Only at the top: deeper down such a name is more often part of the program.
    parts: dict[str, int] = {}
    for file in files:
        name, slash, _ = file.path.partition("/")
        if slash and name in _FOLDERS:
            parts[name] = parts.get(name, 0) + file.size
    return parts


RULE = Rule(
    code="JT151",
    name="tests-in-image",
    group="size",
    message="tests and documentation are copied into the image",
    check=check,
    needs_context=True,
    triggers=("copy", "add"),
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    options={"limit_kilobytes": 200},
    examples=(
        Example(
            before="FROM python:3.12-slim\nCOPY . /srv\n",
            lines=(2,),
            files=(("tests/data.json", "x" * 20_000), ("docs/a.md", "x" * 9_000), ("app.py", "x\n")),
            options={"limit_kilobytes": 10},
        ),
        Example(
            before="FROM python:3.12-slim\nCOPY . /srv\nRUN python -m pytest\n",
            files=(("tests/data.json", "x" * 20_000),),
            options={"limit_kilobytes": 10},
        ),
        Example(
            before="FROM python:3.12-slim\nCOPY . /srv\n",
            files=(("tests/data.json", "x" * 20_000), (".dockerignore", "tests\n")),
            options={"limit_kilobytes": 10},
        ),
    ),
)
