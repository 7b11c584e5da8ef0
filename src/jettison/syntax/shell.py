"""Shell text of an instruction to commands, with spans into the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from jettison.span import Span
from jettison.syntax.plain_shell import plain_commands
from jettison.syntax.shell_command import SHELLS, Command
from jettison.syntax.shell_grammar import grammar_commands
from jettison.syntax.tree import File, Instruction

MAX_BODY: Final = 128 * 1024
MAX_COMMANDS: Final = 2500
_TEXT_FOLLOWS: Final = re.compile(r"-[a-z]*c")
_SHELL_HEREDOC: Final = re.compile(r"#!\s*(\S*/)?(env\s+)?(sh|bash|dash|ash|ksh|zsh)\b")


class ShellBody:
    """The commands of one instruction; `has_error` when parts were not understood."""

    __slots__ = ("commands", "has_error")

    def __init__(self, commands: tuple[Command, ...], has_error: bool) -> None:
        self.commands = commands
        self.has_error = has_error


def commands(file: File, instruction: Instruction, budget: list[int] | None = None) -> ShellBody:
    """Return the commands of an instruction, of its shell heredocs, and of texts that a RUN hands to `sh -c`.

    `budget`: bytes and commands that may still be read for this file; counted down here.
    """
    budget = budget or [MAX_BODY, MAX_COMMANDS]
    if not instruction.words:
        return ShellBody((), False)
    if instruction.form == "exec":
        return ShellBody(tuple(_with_inner(file, instruction, _exec_command(instruction), budget)), False)
    found: list[Command] = []
    broken = False
    for start, text in shell_texts(file, instruction):
        if len(text) > min(MAX_BODY, budget[0]) or budget[1] <= 0:
            budget[0] = 0
            broken = True
            continue
        budget[0] -= len(text)
        walked = plain_commands(text, start, budget[1])
        if walked is None:
            walked, odd = grammar_commands(text, start, budget[1])
            broken = broken or odd or len(walked) >= budget[1]
        budget[1] -= len(walked)
        found.extend(walked)
    return ShellBody(tuple(_with_inner(file, instruction, found, budget)), broken)


def _with_inner(file: File, instruction: Instruction, found: Sequence[Command], budget: list[int]) -> Sequence[Command]:
    if instruction.keyword != "RUN" or SHELLS.isdisjoint([command.name for command in found]):
        return found
    return [each for command in found for each in (command, *_inner(file, command, budget))]


def _inner(file: File, shell: Command, budget: list[int]) -> list[Command]:
    """Return the commands of `sh -c 'text'`; none where a byte of the text is not one of the file."""
    place = next((i for i, word in enumerate(shell.argv) if i and _TEXT_FOLLOWS.fullmatch(word.value)), 0)
    if shell.name not in SHELLS or not 0 < place < len(shell.argv) - 1:
        return []
    span = shell.argv[place + 1].span
    quote, text = file.source.data[span.start : span.start + 1], file.source.data[span.start + 1 : span.end - 1]
    whole = quote in (b"'", b'"') and file.source.data[span.end - 1 : span.end] == quote and quote not in text
    if not whole or b"\\" in text or b"\n" in text or not 0 < len(text) <= budget[0] or budget[1] <= 0:
        return []
    found = plain_commands(text, span.start + 1, budget[1])
    if found is None:
        found, _ = grammar_commands(text, span.start + 1, budget[1])
    budget[0] -= len(text)
    budget[1] -= len(found)
    for command in found:
        command.in_subshell = True
        command.in_condition = command.in_condition or shell.in_condition
    return found


def script_commands(text: bytes) -> ShellBody:
    """Return the commands of a script that is not part of the file: spans count from its first byte."""
    if len(text) > MAX_BODY:
        return ShellBody((), True)
    found, odd = grammar_commands(text, 0, MAX_COMMANDS)
    return ShellBody(tuple(found), odd)


def _exec_command(instruction: Instruction) -> tuple[Command, ...]:
    words = instruction.words[1:] if instruction.keyword == "HEALTHCHECK" else instruction.words
    return (Command(words, Span(words[0].span.start, words[-1].span.end), ""),) if words else ()


def shell_texts(file: File, instruction: Instruction) -> list[tuple[int, bytes]]:
    """Return (start in the file, text) of what the shell of an instruction is given.

    The text is as long as the file's bytes there, so that places stay places: comments and blank lines between
    continued lines are blanks, and the continuation is a backslash whatever the escape character is.
    """
    span = instruction.body_span
    if instruction.keyword == "HEALTHCHECK":
        if len(instruction.words) < 2:
            return []
        span = instruction.words[1].span
    text = _masked(file, instruction, span)
    if not instruction.heredocs:
        return [(span.start, text)]
    if instruction.words[0].value.startswith("<<"):
        data = file.source.data
        bodies = [data[h.body_span.start : h.body_span.end] for h in instruction.heredocs]
        if bodies[0].startswith(b"#!") and not _SHELL_HEREDOC.match(bodies[0][:80].decode("latin-1")):
            return []
        return [(instruction.heredocs[0].body_span.start, bodies[0])]
    for heredoc in instruction.heredocs:
        start, end = heredoc.operator_span.start - span.start, heredoc.operator_span.end - span.start
        text = text[:start] + b" " * (end - start) + text[end:]
    return [(span.start, text)]


def _masked(file: File, instruction: Instruction, span: Span) -> bytes:
    # Same length as the file's bytes, so that an offset stays an offset: comments and blank lines
    # inside continuations become blanks, every continuation a backslash before its newline.
    text = file.source.data[span.start : span.end]
    if b"\n" not in text:
        return text
    if instruction.inner_comments:
        data = bytearray(text)
        for comment in instruction.inner_comments:
            start, end = max(comment.start, span.start), min(comment.end, span.end)
            if start < end:
                data[start - span.start : end - span.start] = b" " * (end - start)
        text = bytes(data)
    text = _BLANK_LINE.sub(_blanks, text)
    return _CONTINUATION[file.escape].sub(_continued, text)


_BLANK_LINE: Final = re.compile(rb"\n[ \t\r]*(?=\n)")
# A backslash that stands directly before its newline stays as it is.
_CONTINUATION: Final = {"\\": re.compile(rb"\\([ \t\r]+)\n"), "`": re.compile(rb"`([ \t\r]*)\n")}


def _blanks(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


def _continued(match: re.Match[bytes]) -> bytes:
    return match[1] + b"\\\n"
