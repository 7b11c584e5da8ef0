"""Where a finding stands that an image shows, at the instruction of a line or at FROM, and what it names there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def line_span(model: Model, line: int | None) -> Span:
    """Return the keyword of the instruction at a line; of the final stage's FROM for the base image."""
    if line is None and model.final is not None:
        line = model.lineage(model.final)[0].from_.start_line
    node = next((n for n in model.file.instructions if n.start_line == line), None)
    return node.keyword_span if node is not None else Span(0, 0)


def node_at(model: Model, line: int) -> Instruction | None:
    """Return the instruction that a line of the file is part of, None for a line of none."""
    return next((node for node in model.file.instructions if node.start_line <= line <= node.end_line), None)


def named_package(model: Model, span: Span) -> str:
    """Return the package that an install command names at a place, without the version that it asks for."""
    return model.source.text(span).split("=")[0].split(":")[0]
