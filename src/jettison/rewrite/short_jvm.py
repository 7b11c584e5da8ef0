"""A short run of Maven does without the JVM's compiler for long runs: most of its time is that compiler's.

Maven starts, resolves and compiles a small project within seconds; code compiled for hours of work never pays off in
that time, nor does a collector with threads of its own. A large project is left as it is.

Source: the java command's manual page (TieredStopAtLevel, UseSerialGC); Maven documentation, "Configuring Maven"
(MAVEN_OPTS, .mvn/jvm.config).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.span import Span
from jettison.syntax.edit import apply

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run

OPTIONS: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# Source files from which a build may run long enough for the other compiler to pay off.
MAX_SOURCES: Final = 200
_COMMENT: Final = "# A short run of Maven: the JVM's compiler for long runs would cost more than it gains.\n"
_SOURCES: Final = (".java", ".kt", ".scala", ".groovy")
_SETTINGS: Final = (".mvn/jvm.config", ".mavenrc")


def short_runs(model: Model) -> bytes:
    """Return the text in which Maven's runs have those options, the same where they have others; idempotent."""
    data = model.source.data
    context = model.context
    if context is None:
        return data
    paths = [file.path for file in context.files()]
    if sum(path.endswith(_SOURCES) for path in paths) > MAX_SOURCES or any(path.endswith(_SETTINGS) for path in paths):
        return data
    edits: list[Edit] = []
    for run in model.runs:
        starts = _starts(model, run)
        if starts:
            start = run.instruction.span.start
            edits.append(Edit(Span(start, start), _COMMENT.replace("\n", model.source.newline)))
            edits += [Edit(Span(at, at), f'MAVEN_OPTS="{OPTIONS}" ') for at in starts]
    return apply(data, edits) if edits else data


def _starts(model: Model, run: Run) -> list[int]:
    """Return where the calls of Maven in a RUN start."""
    node = run.instruction
    if run.has_error or node.heredocs or node.form != "shell" or "MAVEN_OPTS" in model.source.text(node.span):
        return []
    if "MAVEN_OPTS" in model.scope_at(node, run.stage).env:
        return []
    return [
        command.span.start
        for command in run.commands
        if command.full_argv == command.argv and command.name in ("mvn", "mvnw") and not command.assignments
    ]
