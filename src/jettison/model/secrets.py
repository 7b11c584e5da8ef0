"""Where secrets stand in a Dockerfile. Values never leave this module, only their places.

The same places serve the rules and the reports, which mask them whatever rules were selected.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.knowledge.secret_marks import COMMANDS, SHAPES, is_literal_secret, is_secret_name
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

MAX_TEXT: Final = 512 * 1024


class Secret(NamedTuple):
    """One secret. `name`: the variable that holds it, or "" where none does."""

    span: Span
    instruction: Instruction
    name: str


def variable_secrets(model: Model) -> Iterator[Secret]:
    """Yield the literal secrets of ENV, ARG and LABEL."""
    for outer in model.file.instructions:
        node = outer.onbuild or outer
        if node.keyword not in ("ENV", "ARG", "LABEL"):
            continue
        for name, value in node.pairs:
            if value is None:
                continue
            named = node.keyword != "LABEL" and is_secret_name(name.value) and is_literal_secret(value.value)
            if named or SHAPES.search(value.value[:MAX_TEXT]) or _password_in_url(value.value):
                yield Secret(value.span, node, name.value)


def _password_in_url(text: str) -> bool:
    match = COMMANDS[0].search(text[:MAX_TEXT])
    return match is not None and is_literal_secret(match["secret"])


def text_secrets(model: Model) -> Iterator[Secret]:
    """Yield the literal secrets in commands and here-documents, one for each place."""
    for outer in model.file.instructions:
        node = outer.onbuild or outer
        if node.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "COPY", "ADD"):
            last = -1
            for span in sorted(_in_text(model, node)):
                if span.start >= last and not any(c.start <= span.start < c.end for c in node.inner_comments):
                    yield Secret(span, node, "")
                    last = span.end


def _in_text(model: Model, node: Instruction) -> Iterator[Span]:
    spans = [node.args_span, *(heredoc.body_span for heredoc in node.heredocs)]
    for span in spans:
        # latin-1: one character for each byte, so that places in the text are places in the file.
        text = model.source.data[span.start : min(span.end, span.start + MAX_TEXT)].decode("latin-1")
        for match in SHAPES.finditer(text):
            yield Span(span.start + match.start(), span.start + match.end())
        for pattern in COMMANDS:
            for match in pattern.finditer(text):
                named = "name" not in pattern.groupindex or is_secret_name(match["name"])
                if named and is_literal_secret(match["secret"]):
                    yield Span(span.start + match.start("secret"), span.start + match.end("secret"))


def secret_spans(model: Model) -> tuple[Span, ...]:
    """Return every place that a report must mask, in order."""
    named = (
        value.span
        for node in model.file.instructions
        for name, value in (node.onbuild or node).pairs
        if value is not None and value.value and is_secret_name(name.value)
    )
    found = (secret.span for source in (variable_secrets(model), text_secrets(model)) for secret in source)
    return tuple(sorted({*named, *found}))
