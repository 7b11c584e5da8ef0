"""Where a line that sets up the start of the program goes: before CMD and ENTRYPOINT, after all work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

_WORK: Final = frozenset(("RUN", "COPY", "ADD", "WORKDIR", "USER", "SHELL"))


def before_start(model: Model, stage: Stage, lines: tuple[str, ...]) -> Edit:
    """Return the edit that adds whole lines to a stage after its last work and before its start.

    Comments that stand directly above the CMD or ENTRYPOINT stay with it.
    """
    newline = model.source.newline
    text = "".join(line + newline for line in lines)
    nodes = stage.instructions
    last = max((i for i, node in enumerate(nodes) if node.keyword in _WORK), default=-1)
    start = next((node for node in nodes[last + 1 :] if node.keyword in ("CMD", "ENTRYPOINT")), None)
    if start is not None:
        line = start.start_line
        while line > 1 and _is_comment(model, line - 1):
            line -= 1
        at = model.source.line_span(line).start
        return Edit(Span(at, at), text)
    end = (nodes[-1] if nodes else stage.from_).span.end
    ended = model.source.data[end - 1 : end] == b"\n"
    return Edit(Span(end, end), text if ended else newline + text[: -len(newline)])


def _is_comment(model: Model, line: int) -> bool:
    span = model.source.line_span(line)
    return model.source.data[span.start : span.end].lstrip().startswith(b"#")
