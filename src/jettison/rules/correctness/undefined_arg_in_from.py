"""FROM uses a variable that no ARG before the first FROM declares.

Only an ARG above the first FROM is seen there. The variable is empty, and the build fails or takes
another image than was meant.

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


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each undeclared variable in FROM or its platform."""
    if not any("$" in stage.from_.words[0].raw or stage.platform for stage in model.stages):
        return
    declared = {name.value for node in model.meta_args for name, _ in node.pairs}
    known = declared | PLATFORM_ARGS
    for stage in model.stages:
        texts = [stage.from_.words[0].raw, stage.platform or ""]
        for name, start, end in (r for text in texts for r in references(text, model.file.escape)):
            has_default = end - start > len(name) + 3
            if name in known or has_default:
                continue
            near = nearest(name, sorted(known))
            guess = f"; did you mean {near}?" if near else ""
            yield RULE.at(stage.from_.span, f"no ARG above the first FROM declares {name[:60]}{guess}")


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
        Example(before="ARG VERSION=20\nFROM --platform=$BUILDPLATFORM node:${VERSION}\nFROM a:${X:-1}\n"),
    ),
)
