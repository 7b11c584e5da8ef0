"""Lines that continue an instruction stand too far left, or are indented by chance.

The block of continued lines is moved as a whole, so that its leftmost line is indented by `width` blanks
(default 4); what stands deeper stays deeper. A line that begins inside a quoted text is never moved.

Source: the layout of the examples in the Dockerfile reference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.rules.base import Example, Rule
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction


def check(model: Model) -> Iterable[Finding]:
    """Yield one finding for each instruction whose continued lines are indented otherwise."""
    width = RULE.option(model, "width")
    for stage in model.stages:
        for node in stage.instructions:
            if node.end_line == node.start_line or node.heredocs or node.onbuild is not None:
                continue
            # The text of a shell-form CMD is part of the image's configuration, blanks included.
            if node.form == "shell" and node.keyword != "RUN":
                continue
            lines = _lines(model, node)
            if not lines or _in_text(model, node, [span.start for span, _ in lines]):
                continue
            least = min(indent for _, indent in lines)
            if least == width and all(b"\t" not in model.source.data[s.start : s.end] for s, _ in lines):
                continue
            edits = tuple(Edit(span, " " * (indent - least + width)) for span, indent in lines)
            yield RULE.at(lines[0][0], fix=Fix(f"Indent by {width}", edits, SAFE))


def _lines(model: Model, node: Instruction) -> list[tuple[Span, int]]:
    """Return (span of the leading blanks, how wide they are) of each continued line with text."""
    found = []
    for number in range(node.start_line + 1, node.end_line + 1):
        span = model.source.line_span(number)
        line = model.source.data[span.start : span.end]
        text = line.lstrip(b" \t")
        if text.strip():
            blanks = line[: len(line) - len(text)]
            found.append((Span(span.start, span.start + len(blanks)), len(blanks.expandtabs(4))))
    return found


def _in_text(model: Model, node: Instruction, starts: list[int]) -> bool:
    """Return whether a line begins inside a word: there the blanks are part of a value."""
    words = list(node.words)
    if node.form == "shell" and node.keyword == "RUN":
        body = model.shell_body(node, model.stage_of(node))
        if body.has_error:
            return True
        words = [word for command in body.commands for word in command.full_argv]
        # What is no command's word (a value that is set, a redirection) is not known: quotes decide.
        text = model.source.data[node.args_span.start : node.args_span.end]
        if _opens_quote(text, [at - node.args_span.start for at in starts]):
            return True
    return any(bisect_right(starts, word.span.start) < bisect_left(starts, word.span.end) for word in words)


def _opens_quote(text: bytes, places: list[int]) -> bool:
    """Return whether an odd number of quotes stands before one of the places, which are in order."""
    for quote in (b'"', b"'"):
        seen = position = 0
        for place in places:
            seen += text.count(quote, position, max(position, place))
            position = max(position, place)
            if seen % 2:
                return True
    return False


RULE = Rule(
    code="JT834",
    name="continuation-indent",
    group="style",
    message="continued lines are indented by chance",
    check=check,
    triggers=("\\\n", "\\\r\n", "`\n", "`\r\n"),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/consistent-indentation",),
    options={"width": 4},
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN a && \\\n  b && \\\n    c\n",
            after="FROM debian:bookworm\nRUN a && \\\n    b && \\\n      c\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nRUN echo 'a \\\n  b' \\\n c\n"),
        Example(before="FROM debian:bookworm\nRUN a && \\\n    b\n"),
    ),
)
