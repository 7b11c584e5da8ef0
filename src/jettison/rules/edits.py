"""Edits that keep the user's style: added commands, added flags, whole lines taken out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jettison.findings import Edit
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command
    from jettison.syntax.tree import Instruction


# What may stand between two commands of which the second goes to a RUN of its own: nothing that would be lost.
JOINT: Final = re.compile(r"[ \t]*(?:[\\`][ \t]*\r?\n[ \t]*)*&&[ \t]*(?:[\\`][ \t]*\r?\n[ \t]*)*")


def append_command(model: Model, run: Run, command: str) -> Edit | None:
    """Return the edit that runs one more command at the end of a RUN; None where that is not clear.

    A multi-line RUN gets a line of its own with the indentation of its last line.
    """
    node = run.instruction
    if run.has_error or not run.commands or node.form != "shell":
        return None
    newline = model.source.newline
    if node.heredocs:
        if len(node.heredocs) > 1 or not node.words[0].value.startswith("<<"):
            return None
        end = node.heredocs[0].body_span.end
        return Edit(Span(end, end), command + newline)
    last = run.commands[-1]
    if last.in_condition or last.in_subshell or last.operator_before in ("||", "&") or last.in_pipeline:
        return None
    if last.name in ("exit", "exec"):
        return None
    end = node.body_span.end
    if last.span.end != end:
        return None
    text = model.source.text(node.body_span)
    if "\n" not in text:
        return Edit(Span(end, end), f" && {command}")
    line = model.source.line(end)
    start = model.source.line_span(line).start
    raw = model.source.text(Span(start, end))
    indent = raw[: len(raw) - len(raw.lstrip())] or "    "
    return Edit(Span(end, end), f" {model.file.escape}{newline}{indent}&& {command}")


def command_after(model: Model, run: Run, before: Command, command: str) -> Edit | None:
    """Return the edit that runs one more command right after one of a RUN; None where that is not clear."""
    node = run.instruction
    if run.has_error or node.heredocs or before.in_condition or before.in_subshell or before.in_pipeline:
        return None
    place = next((i for i, each in enumerate(run.commands) if each is before), len(run.commands))
    if place + 1 >= len(run.commands) or before.operator_before in ("||", "&"):
        return None
    between = model.source.text(Span(before.span.end, run.commands[place + 1].span.start))
    if between.replace(model.file.escape, "").split() not in (["&&"], [";"]):
        return None
    return Edit(Span(before.span.end, before.span.end), f" && {command}")


def as_another(model: Model, command: Command) -> str:
    """Return the words, and the blank after them, by which a command runs as another user; "" where it does not."""
    if not command.argv or command.full_argv[0].value != "sudo":
        return ""
    return model.source.text(Span(command.full_argv[0].span.start, command.argv[0].span.start))


def insert_word(command: Command, words: int, text: str) -> Edit:
    """Return the edit that puts text after the first `words` words of a command."""
    at = command.argv[words - 1].span.end
    return Edit(Span(at, at), f" {text}")


def with_comments(model: Model, node: Instruction) -> int:
    """Return where the comment right above an instruction starts, or the instruction."""
    start = model.source.line_span(node.start_line).start
    floor = max((other.span.end for other in model.file.instructions if other.span.end <= start), default=0)
    while start > floor:
        above = model.source.line_span(model.source.line(start - 1)).start
        if above < floor or not model.source.text(Span(above, start)).lstrip().startswith("#"):
            break
        start = above
    return start


def own_lines(model: Model, node: Instruction) -> Span:
    """Return the span of an instruction's lines and of the comment right above them, newline included."""
    return Span(with_comments(model, node), node.span.end)


def and_blank(model: Model, lines: Span) -> Span:
    """Return whole lines with the blank line below, where one stands above as well: what is left needs no two."""
    below = blank_below(model, lines.end)
    above = model.source.line_span(model.source.line(max(lines.start - 1, 0)))
    return Span(lines.start, below.end) if not model.source.text(above).strip() else lines


def blank_below(model: Model, at: int) -> Span:
    """Return the span of a blank line that starts at a place, newline included; empty where there is none."""
    data = model.source.data
    line = model.source.line_span(model.source.line(at)) if at < len(data) else Span(at, at)
    if line.start != at or model.source.text(line).strip():
        return Span(at, at)
    return Span(at, data.find(b"\n", at) + 1 or len(data))


def whole_lines(model: Model, node: Instruction) -> Span:
    """Return the span of an instruction's lines, newline included."""
    start = model.source.line_span(node.start_line).start
    return Span(start, node.span.end)
