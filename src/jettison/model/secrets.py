"""Where secrets stand in a Dockerfile. Values never leave this module, only their places.

The same places serve the rules and the reports, which mask them whatever rules were selected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.knowledge.secret_marks import is_literal_secret, is_local_stand_in, is_secret_name, patterns
from jettison.named_tuple import NamedTuple
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

# ${NAME:-VALUE}: the value that stands in the image when the build is given none.
_DEFAULT: Final = re.compile(r"\$\{\w+:?-([^${}]*)\}\Z")
MAX_TEXT: Final = 2 * 1024 * 1024
_WITH_TEXT: Final = frozenset(("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "COPY", "ADD"))


class Secret(NamedTuple):
    """One secret. `name`: the variable that holds it, or "" where none does."""

    span: Span
    instruction: Instruction
    name: str


def _patterns(model: Model) -> list[tuple[str, re.Pattern[str]]]:
    if model.secret_patterns is None:
        model.secret_patterns = patterns(model.lowered, model.words_of_text)
    return model.secret_patterns


def variable_secrets(model: Model) -> tuple[Secret, ...]:
    """Return the literal secrets of ENV, ARG and LABEL; looked for once."""
    if model.variable_secrets is None:
        model.variable_secrets = tuple(_variable_secrets(model))
    return model.variable_secrets


def _variable_secrets(model: Model) -> Iterator[Secret]:
    wanted = {name: pattern for name, pattern in _patterns(model) if name in ("shapes", "url-password")}
    for outer in model.file.instructions:
        node = outer.onbuild or outer
        if node.keyword not in ("ENV", "ARG", "LABEL"):
            continue
        for name, value in node.pairs:
            if value is None:
                continue
            named = node.keyword != "LABEL" and is_secret_name(name.value) and is_literal_secret(_own(value.value))
            if named or _is_shaped(wanted, value.value[:MAX_TEXT]):
                yield Secret(value.span, node, name.value)


def _own(value: str) -> str:
    default = _DEFAULT.match(value)
    return default[1] if default else value


def _is_shaped(wanted: dict[str, re.Pattern[str]], text: str) -> bool:
    if "shapes" in wanted and wanted["shapes"].search(text):
        return True
    match = wanted["url-password"].search(text) if "url-password" in wanted else None
    if match is None or not is_literal_secret(match["secret"]):
        return False
    return not is_local_stand_in(match["secret"], text[match.end() :])


def text_secrets(model: Model) -> tuple[Secret, ...]:
    """Return the literal secrets in commands and here-documents, one for each place; looked for once."""
    if model.text_secrets is None:
        model.text_secrets = tuple(_text_secrets(model))
    return model.text_secrets


def _text_secrets(model: Model) -> Iterator[Secret]:
    spans = _found_spans(model)
    if not spans:
        return
    for outer in model.file.instructions:
        node = outer.onbuild or outer
        if node.keyword not in _WITH_TEXT:
            continue
        last = -1
        places = [node.args_span, *(heredoc.body_span for heredoc in node.heredocs)]
        for span in spans:
            inside = any(place.start <= span.start and span.end <= place.end for place in places)
            if not inside or span.start < last or any(c.start <= span.start < c.end for c in node.inner_comments):
                continue
            yield Secret(span, node, "")
            last = span.end


def _found_spans(model: Model) -> tuple[Span, ...]:
    if model.found_spans is None:
        model.found_spans = spans_in_text(model.source.data, _patterns(model))
    return model.found_spans


def spans_in_text(data: bytes, wanted: Sequence[tuple[str, re.Pattern[str]]] | None = None) -> tuple[Span, ...]:
    """Return the places of literal secrets in any text, in order; `wanted`: the patterns that may match, where they are known."""
    # latin-1: one character for each byte, so that places in the text are places in the file.
    text = data[:MAX_TEXT].decode("latin-1")
    return tuple(sorted(_in_text(text, patterns(text.lower()) if wanted is None else wanted)))


def _in_text(text: str, wanted: Sequence[tuple[str, re.Pattern[str]]]) -> Iterator[Span]:
    for name, pattern in wanted:
        for match in pattern.finditer(text):
            if name == "shapes":
                yield Span(*match.span())
            elif "name" in pattern.groupindex and not is_secret_name(match["name"]):
                continue
            elif is_literal_secret(match["secret"]):
                yield Span(*match.span("secret"))


def secret_spans(model: Model) -> tuple[Span, ...]:
    """Return every place that a report must mask, in order; those in comments and in what is no instruction, too."""
    named = (
        value.span
        for node in model.file.instructions
        for name, value in (node.onbuild or node).pairs
        if value is not None and value.value and is_secret_name(name.value)
    )
    return tuple(sorted({*named, *(secret.span for secret in variable_secrets(model)), *_found_spans(model)}))
