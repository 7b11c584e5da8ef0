"""Where a line goes that sets up the start of the program, and one that a change of the sources shall leave cached."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.rules.edits import with_comments
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
        at = with_comments(model, start)
        return Edit(Span(at, at), text)
    end = (nodes[-1] if nodes else stage.from_).span.end
    ended = model.source.data[end - 1 : end] == b"\n"
    return Edit(Span(end, end), text if ended else newline + text[: -len(newline)])


def before_sources(model: Model, stage: Stage, line: str) -> Edit | None:
    """Return the edit that adds a RUN before the first copy from the build context; None where none is to be found.

    A copy that may bring an /etc of its own would undo what the RUN wrote there, and gives None too.
    """
    copies = [node for node in stage.instructions if node.keyword in ("COPY", "ADD") and node.words]
    for node in copies:
        folder = model.scope_at(node, stage).workdir or "/"
        target = posixpath.normpath(posixpath.join(folder, node.words[-1].value)).strip("/")
        if not target or target.partition("/")[0] == "etc":
            return None
    first = next((node for node in copies if node.flag("from") is None), None)
    if first is None:
        return None
    at = with_comments(model, first)
    return Edit(Span(at, at), line + model.source.newline)
