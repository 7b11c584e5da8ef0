"""The project's files are copied before packages of the distribution are installed.

Those packages do not depend on the project. Behind `COPY .` they are downloaded and installed again after every
change of any file.

Install them first, then copy. The fix moves the COPY behind the RUN where nothing else stands in between.

Source: Docker documentation, "Optimize cache usage in builds", "Order your layers".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import UNSAFE, Edit, Finding, Fix, Impact
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule
from jettison.rules.edits import whole_lines
from jettison.rules.manifests_first import independent
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.tree import Instruction

_PLAIN: Final = frozenset(("rm", "set", "echo", "true"))
_BETWEEN: Final = frozenset(("LABEL", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "HEALTHCHECK", "VOLUME"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each RUN that only installs named system packages behind a copy of everything."""
    runs = {run.instruction.span.start: run for run in model.runs}
    for stage in model.stages:
        if not model.reaches_final(stage):
            continue
        copy: Instruction | None = None
        between: list[Instruction] = []
        for node in stage.instructions:
            if node.keyword in ("COPY", "ADD") and _everything(node):
                copy, between = node, []
            elif copy is not None and node.keyword == "RUN" and _installs(model, runs[node.span.start]):
                yield RULE.at(
                    node.keyword_span,
                    f"these packages are installed again whenever a file of line {copy.start_line} changes",
                    _fix(model, copy, between, node),
                    Impact(seconds_saved=(5.0, 90.0)),
                )
                break
            else:
                between.append(node)


def _everything(node: Instruction) -> bool:
    if node.flag("from") or len(node.words) != 2 or node.heredocs:
        return False
    # Onto / it may well bring the package manager's own settings.
    return node.words[0].value in (".", "./", "/") and node.words[1].value not in ("/", "/.", "/etc", "/etc/")


def _installs(model: Model, run: Run) -> bool:
    calls = model.facts(run)
    commands = {call.command.span.start for call in calls}
    packages = [word.value for call in calls if call.action == "install" for word in call.packages]
    return (
        not run.has_error
        and bool(packages)
        and all(MANAGERS[call.manager]["system"] for call in calls)
        and all(command.span.start in commands or command.name in _PLAIN for command in run.commands)
        and not any("/" in name or "$" in name or name.endswith((".deb", ".rpm", ".apk")) for name in packages)
    )


def _fix(model: Model, copy: Instruction, between: list[Instruction], run: Instruction) -> Fix | None:
    if any(not _passable(model, copy, node) for node in between):
        return None
    source, target = whole_lines(model, copy), run.span.end
    text = model.source.text(source)
    if not text.endswith("\n") or not model.source.data[:target].endswith(b"\n"):
        return None
    return Fix("Copy after that RUN", (Edit(source, ""), Edit(Span(target, target), text)), UNSAFE)


def _passable(model: Model, copy: Instruction, node: Instruction) -> bool:
    """Return whether the copy may go below an instruction that stands before the RUN."""
    if node.keyword in _BETWEEN:
        return True
    target = copy.words[1].raw
    if node.keyword in ("ENV", "ARG"):
        return "$" not in target
    if node.keyword == "WORKDIR":
        return target.startswith("/")
    return node.keyword == "RUN" and independent(model, node)


RULE = Rule(
    code="JT232",
    name="packages-after-source",
    group="cache",
    message="packages of the distribution are installed after the project's files are copied",
    check=check,
    triggers=("copy .", "copy --", "add .", "copy /", "copy\t"),
    examples=(
        Example(
            before="FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y libpq5\n",
            after="FROM python:3.12-slim\nWORKDIR /app\nRUN apt-get update && apt-get install -y libpq5\nCOPY . .\n",
            lines=(4,),
            level=UNSAFE,
        ),
        Example(
            before="FROM debian:bookworm\nCOPY . /app\nWORKDIR /app\nRUN apt-get update\nRUN apt-get install -y libpq5\n",
            after="FROM debian:bookworm\nWORKDIR /app\nRUN apt-get update\nRUN apt-get install -y libpq5\nCOPY . /app\n",
            lines=(5,),
            level=UNSAFE,
        ),
        Example(before="FROM alpine:3.20\nCOPY . .\nWORKDIR /app\nRUN apk add --no-cache curl\n", lines=(4,)),
        Example(before="FROM alpine:3.20\nCOPY . .\nRUN apk add --no-cache curl && make\n"),
        Example(before="FROM debian:bookworm\nCOPY . /app\nRUN apt-get install -y /app/x.deb\n"),
    ),
)
