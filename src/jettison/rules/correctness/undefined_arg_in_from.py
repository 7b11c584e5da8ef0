"""FROM uses a variable that no ARG before the first FROM declares.

Only an ARG above the first FROM is seen there. The variable is empty, and the build fails or takes
another image than was meant. `${NAME:-default}` of such a name always stands for the default (medium severity):
`--build-arg NAME=...` changes nothing.

Source: Dockerfile reference, "Understand how ARG and FROM interact"; BuildKit build checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.model.scope import PLATFORM_ARGS
from jettison.rules.base import Example, Rule
from jettison.rules.nearest import nearest
from jettison.syntax.expand import references

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each undeclared variable in FROM or its platform."""
    if not any("$" in stage.from_.words[0].raw or stage.platform for stage in model.stages):
        return
    declared = {name.value for node in model.meta_args for name, _ in node.pairs}
    known = PLATFORM_ARGS.union(declared)
    for stage in model.stages:
        for text in (stage.from_.words[0].raw, stage.platform or ""):
            for name, start, _ in references(text, model.file.escape):
                if name not in known:
                    rest = text[start + len(name) + 2 :] if text.startswith("${", start) else ""
                    yield from _finding(stage, name, rest, known)


def _finding(stage: Stage, name: str, rest: str, known: frozenset[str]) -> Iterable[Finding]:
    """Yield what a reference to an undeclared name is; `rest`: the text behind the name of ${NAME..."""
    undeclared = f"no ARG above the first FROM declares {name[:60]}"
    if rest.startswith((":-", "-")):
        message = f"{undeclared}: it always stands for its default"
        yield RULE.at(stage.from_.span, message)._replace(severity=Severity.MEDIUM)
    elif rest[:1] not in (":", "+", "?", "#", "%", "/"):
        near = nearest(name, sorted(known))
        yield RULE.at(stage.from_.span, undeclared + (f"; did you mean {near}?" if near else ""))


RULE = Rule(
    code="JT705",
    name="undefined-arg-in-from",
    group="correctness",
    message="FROM uses a variable that is not declared",
    check=check,
    triggers=("$",),
    severity=Severity.HIGH,
    foreign=("UndefinedArgInFrom",),
    examples=(
        Example(before="FROM node:${VERSION}\n", lines=(1,)),
        Example(before="ARG VERSION=20\nFROM node:${VERSOIN}\n", lines=(2,)),
        Example(before="ARG VERSION=20\nFROM --platform=$BUILDPLATFORM node:${VERSION}\n"),
        Example(before="FROM node:${VERSION:-20}\nARG VERSION=22\n", lines=(1,)),
    ),
)
