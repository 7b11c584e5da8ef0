"""What the final image starts: its ENTRYPOINT and CMD in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.syntax.tree import Instruction


def start_nodes(model: Model, final: Stage) -> Iterator[tuple[Stage, Instruction]]:
    """Yield (stage, instruction) of the ENTRYPOINT and the CMD in force at the end of a stage."""
    scope = model.end_scope(final)
    for node in (scope.entrypoint, scope.cmd):
        if node is not None and node.words:
            yield next(s for s in model.lineage(final) if node in s.instructions), node


def first_process(model: Model, final: Stage) -> tuple[str, ...]:
    """Return the command line of process 1 in exec form, () where a shell or nothing stands there."""
    scope = model.end_scope(final)
    words: list[str] = []
    for node in (scope.entrypoint, scope.cmd):
        if node is None:
            continue
        if node.form != "exec":
            return ()
        words.extend(word.value for word in node.words)
    return tuple(words)
