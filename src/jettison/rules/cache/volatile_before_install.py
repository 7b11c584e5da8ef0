"""A value that changes with every build stands before an expensive step.

An ARG is part of the environment of every RUN below it, used or not, and so is an ENV: with a new commit or date
all of them run again, and nothing is taken from the cache.

Declare it as late as possible: just before the first step that uses it. A LABEL alone does no harm on BuildKit, so
it is not reported. The names are in `knowledge/volatile_variables.toml`.

Source: Dockerfile reference, "ARG", "Impact on build caching".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Impact
from jettison.knowledge.volatile_variables import ALWAYS, BY_USE
from jettison.rules.base import Example, Rule
from jettison.rules.edits import and_blank, own_lines
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction

_EXPENSIVE: Final = frozenset(("install", "upgrade", "build", "download"))
# They only describe the image, or give the value on: they may follow the ARG to its new place.
_SOFT: Final = frozenset(("ENV", "LABEL"))
_MAX_NAMES: Final = 20
_MAX_MOVED: Final = 20
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each ARG or ENV of a changing value that an install it does not concern must follow."""
    for stage in model.stages:
        if not model.reaches_final(stage) or not any(n.keyword in ("ARG", "ENV") for n in stage.instructions):
            continue
        read: list[frozenset[str]] = []
        told = 0
        for at, node in enumerate(stage.instructions):
            names = _volatile(node)
            if not names or told >= _MAX_NAMES:
                continue
            told += 1
            read = read or [_read(model, each) for each in stage.instructions]
            last, moving, uses = _later(model, stage, at, names, read)
            by_use = not names & ALWAYS
            if last is None or (by_use and (uses != "soft" or node.keyword == "ENV")):
                continue
            yield RULE.at(
                node.span,
                f"{', '.join(sorted(names))[:60]} changes with every build, and line {last.start_line} then runs again",
                _fix(model, [node, *moving], last, names, uses),
                Impact(seconds_saved=(2.0, 120.0)),
            )


def _volatile(node: Instruction) -> set[str]:
    if node.keyword not in ("ARG", "ENV"):
        return set()
    found = {name.value for name, _ in node.pairs if name.value.upper() in ALWAYS or name.value.upper() in BY_USE}
    if node.keyword == "ENV":
        # A constant in the file does not change by itself.
        found = {n.value for n, value in node.pairs if n.value in found and value is not None and "$" in value.raw}
    return found


def _read(model: Model, node: Instruction) -> frozenset[str]:
    text = model.source.text(node.span)
    return frozenset(_VARIABLE.findall(text)) if "$" in text else frozenset()


def _later(
    model: Model,
    stage: Stage,
    at: int,
    names: set[str],
    read: list[frozenset[str]],
) -> tuple[Instruction | None, list[Instruction], str]:
    """Return the last expensive RUN that needs none of it, what must move along, and how the value is used."""
    names, last, uses = set(names), None, "none"
    moving: list[Instruction] = []
    pending: list[Instruction] = []
    for number in range(at + 1, len(stage.instructions)):
        node = stage.instructions[number]
        if read[number] & names:
            if node.keyword not in _SOFT:
                return last, moving, "hard"
            uses = "soft"
            pending.append(node)
            if node.keyword == "ENV":
                names.update(name.value for name, _ in node.pairs)
        elif node.keyword == "RUN" and node.form == "shell" and _expensive(model, model.run_at[node.span.start]):
            last = node
            moving.extend(pending)
            pending = []
    return last, moving, uses


def _expensive(model: Model, run: Run) -> bool:
    return any(call.action in _EXPENSIVE for call in model.facts(run))


def _fix(model: Model, nodes: list[Instruction], last: Instruction, names: set[str], uses: str) -> Fix | None:
    first = nodes[0]
    if (
        uses == "none"
        or len(nodes) > _MAX_MOVED
        or len(first.pairs) != len(names)
        or any(node.heredocs for node in nodes)
    ):
        return None
    # Other variables that the moved lines set would be missed on the way.
    if any(node.keyword == "ENV" and len(node.pairs) > 1 for node in nodes):
        return None
    spans = [own_lines(model, node) for node in nodes]
    text = "".join(model.source.text(span) for span in spans)
    if not text.endswith("\n") or not model.source.data[: last.span.end].endswith(b"\n"):
        return None
    edits = [Edit(and_blank(model, span), "") for span in spans]
    return Fix("Declare it after that step", (*edits, Edit(Span(last.span.end, last.span.end), text)), UNSAFE)


RULE = Rule(
    code="JT231",
    name="volatile-before-install",
    group="cache",
    message="a value that changes with every build stands before an expensive step",
    check=check,
    triggers=("arg ", "env "),
    examples=(
        Example(
            before='FROM debian:bookworm\nARG GIT_SHA\nLABEL revision=$GIT_SHA\nRUN apt-get update && apt-get install -y nginx\nCMD ["nginx"]\n',
            after='FROM debian:bookworm\nRUN apt-get update && apt-get install -y nginx\nARG GIT_SHA\nLABEL revision=$GIT_SHA\nCMD ["nginx"]\n',
            lines=(2,),
            level=UNSAFE,
        ),
        Example(
            before='FROM debian:bookworm\n\nARG GIT_SHA\n\n# what it is\nLABEL revision=$GIT_SHA\n\nRUN apt-get update && apt-get install -y nginx\nCMD ["nginx"]\n',
            after='FROM debian:bookworm\n\nRUN apt-get update && apt-get install -y nginx\nARG GIT_SHA\n# what it is\nLABEL revision=$GIT_SHA\nCMD ["nginx"]\n',
            lines=(3,),
            level=UNSAFE,
        ),
        Example(
            before="FROM python:3.12\nARG BUILD_DATE\nRUN pip install flask\nRUN echo $BUILD_DATE > /built\n",
            lines=(2,),
        ),
        Example(before="FROM node:20\nARG COMMIT\nRUN npm ci\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nARG VERSION\nRUN curl -fO https://e.org/$VERSION.tgz\nRUN apt-get install -y x\n"
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y nginx\nARG GIT_SHA\nLABEL revision=$GIT_SHA\n"),
        Example(before='FROM debian:bookworm\nLABEL build-date="today"\nRUN apt-get install -y nginx\n'),
    ),
)
