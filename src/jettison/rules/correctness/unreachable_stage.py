"""A stage that nothing uses.

The final image neither starts from it nor copies from it, so BuildKit leaves it out, and the older builder
builds it for nothing. Often a COPY --from names the wrong stage. Stages whose name says that they are built by
`--target` (test, lint, debug ...) are not reported; others can be added to `targets`. Where a FROM names its stage
by a variable (`FROM build-${TARGETARCH}`), all stages that it may mean are used.

Source: Docker documentation, "Multi-stage builds", differences between the builders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Confidence, Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

_VARIABLES: Final = re.compile(r"(?:\$(?:\{[^}]{0,200}\}|\w+))+")
# With more variables in one name the search would take long.
_MAX_PARTS: Final = 4
_TARGETS: Final = frozenset(
    "all artifact artifacts bench benchmark bin binary binaries builder-debug check ci cli cover coverage cross debug "
    "deploy dev devcontainer devel develop development doc docs export format generate integration lint local "
    "production prod qa release run runner runtime schema server staging target test tests testing update validate vendor "
    "web worker".split()
)


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each stage that the final image does not need and that is no target by its name."""
    if model.target is not None or len(model.stages) < 2:
        return
    targets = _TARGETS.union(RULE.option(model, "targets"))
    needed = _needs(model, [s for s in model.stages if s is model.final or (s.name and _is_target(s.name, targets))])
    for stage in model.stages:
        if stage.index in needed:
            continue
        name = f"stage {stage.name[:40]}" if stage.name else f"stage {stage.index} (no name)"
        yield RULE.at(stage.from_.span, f"{name}: the final image does not use it")


def _is_target(name: str, targets: frozenset[str]) -> bool:
    return any(part in targets for part in re.split("[-_.]", name)) or name in targets


def _needs(model: Model, stages: list[Stage]) -> set[int]:
    waiting, seen = [stage.index for stage in stages], set()
    while waiting:
        index = waiting.pop()
        if index not in seen:
            seen.add(index)
            waiting.extend(model.stages[index].depends_on)
            waiting.extend(_choices(model, model.stages[index]))
    return seen


def _choices(model: Model, stage: Stage) -> list[int]:
    """Return the stages above that a base named by a variable, as build-${TARGETARCH}, may stand for."""
    fixed = _VARIABLES.split(stage.base.raw.lower().strip("\"'"))
    if not 1 < len(fixed) <= _MAX_PARTS:
        return []
    pattern = re.compile(".*".join(re.escape(part) for part in fixed))
    return [each.index for each in model.stages[: stage.index] if each.name and pattern.fullmatch(each.name)]


RULE = Rule(
    code="JT744",
    name="unreachable-stage",
    group="correctness",
    message="the final image does not use this stage",
    check=check,
    triggers=("from",),
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    foreign=("tally/no-unreachable-stages",),
    differs="A stage whose name says that it is built by --target, and what such a stage needs, is left alone.",
    options={"targets": []},
    examples=(
        Example(before="FROM debian:12 AS one\nRUN a\nFROM debian:12\nRUN b\n", lines=(1,)),
        Example(before="FROM debian:12 AS one\nRUN a\nFROM debian:12\nCOPY --from=one /a /a\n"),
        Example(before="ARG X=one\nFROM debian:12 AS b-one\nRUN a\nFROM debian:12 AS b-two\nRUN b\nFROM b-$X\nRUN c\n"),
        Example(
            before="FROM debian:12 AS b_amd64\nRUN a\nFROM debian:12 AS c\nRUN b\nFROM b_${TARGETARCH}${TARGETVARIANT}\nRUN c\n",
            lines=(3,),
        ),
        Example(before="FROM debian:12 AS base\nFROM base AS unit-tests\nRUN a\nFROM debian:12\nRUN b\n"),
    ),
)
