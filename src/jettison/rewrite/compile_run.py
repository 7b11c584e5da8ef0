"""What holds for each RUN whose compiled files are kept on a cache mount."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command


def is_plain_build(model: Model, run: Run, command: Command) -> bool:
    """Return whether root runs a command always, in the working folder, and the RUN fails where it fails."""
    node = run.instruction
    if run.has_error or node.heredocs or node.form != "shell" or run.user.split(":")[0] not in ("", "root", "0"):
        return False
    if command.in_pipeline or command.in_subshell or command.in_condition or command.redirects or command.assignments:
        return False
    if command.operator_before not in ("", "&&") or model.lineage(run.stage)[0].base.unresolved:
        return False
    return not any(other.name in ("cd", "pushd", "rm") for other in run.commands)


def copies_elsewhere(model: Model, run: Run, folder: str) -> bool:
    """Return whether something of the project is copied to another place than a folder or below it."""
    at = run.instruction.span.start
    for stage in model.lineage(run.stage):
        for node in stage.instructions:
            if node.keyword not in ("COPY", "ADD") or node.span.start > at or node.flag("from"):
                continue
            if not node.words or "$" in node.words[-1].raw:
                return True
            place = posixpath.join("/", model.scope_at(node, stage).workdir, node.words[-1].value)
            if not f"{posixpath.normpath(place)}/".startswith(f"{folder}/"):
                return True
    return False
