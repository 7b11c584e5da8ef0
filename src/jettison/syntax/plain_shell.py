"""Shell text of plain commands, read without a grammar: words, quotes, variables, and the operators between commands.

Most texts of RUN are no more than that. What holds anything else (redirections, substitutions, groups, loops, tests,
comments) is left to the full grammar; a test holds that both give the same where this one gives anything.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.span import Span, make_span
from jettison.syntax.shell_command import Command, literal
from jettison.syntax.words import Word

# Names by which a shell begins something else than a simple command, or which a grammar reads in a way of its own.
_NO_PROGRAMS: Final = frozenset(
    "if then elif else fi for in do done while until case esac select function time coproc declare typeset export "
    "readonly local unset unsetenv test let eval".split()
)
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_VARIABLE: Final = rf"\$(?:{_NAME}|\{{{_NAME}\}})"
_BLANKS: Final = r"(?:[ \t]|\\\n)*+"
# A word that begins with an equals sign is an operator to the grammar.
_WORD: Final = (
    rf"(?>(?!=)(?:[A-Za-z0-9_./:@+,~*=-]++|'[^']*+'|{_VARIABLE}"
    rf'|"(?:[^"\\`$]++|{_VARIABLE})*+")++)(?=[ \t\n;|&]|\Z)'
)
# A word, or an operator and what may follow it before the next word; an operator of another kind matches nothing.
_TOKEN: Final = re.compile(rf"{_BLANKS}(?:({_WORD})|(&&|\|\|?(?![|&]))(?:[ \t\n]|\\\n)*+|(;(?![;\n])|\n)[ \t\n]*+|\Z)")
_PROGRAM: Final = re.compile(r"[A-Za-z0-9_./:-]+")
_ASSIGNMENT: Final = re.compile(rf"({_NAME})=(?=.)", re.DOTALL)


def plain_commands(text: bytes, base: int, most: int) -> list[Command] | None:
    """Return the commands of a text that starts at `base` in its file, or None where it holds more than plain ones."""
    if not text.isascii():
        return None
    source = text.decode("ascii")
    found: list[Command] = []
    words: list[Word] = []
    operator = between = ""
    piped, at, size = False, 0, len(source)
    match = _TOKEN.match
    while at < size:
        token = match(source, at)
        if token is None:
            return None
        at = token.end()
        if token.lastindex == 1:
            start, end = token.span(1)
            raw = source[start:end]
            value = literal(raw) if "'" in raw or '"' in raw else raw
            words.append(Word(value, raw, make_span((base + start, base + end))))
            continue
        if not words or not token.lastindex:
            # An operator that nothing stands before; at the end blanks are fine, and a continuation of nothing is not.
            if token.lastindex or "\\" in token[0]:
                return None
            break
        sign = token[token.lastindex]
        if not _add(found, words, operator, piped or sign == "|"):
            return None
        if sign == ";":
            between = sign
        # The grammar shows no line break: what follows one has the operator of the statements before.
        operator, piped, words = between if sign == "\n" else sign, sign == "|", []
    if words:
        if not _add(found, words, operator, piped):
            return None
    elif operator not in ("", ";", "\n"):
        return None
    return found if 0 < len(found) < most else None


def _add(found: list[Command], words: list[Word], operator: str, piped: bool) -> bool:
    """Add the command that words make; False when they make something else."""
    first = 0
    assignments: list[tuple[str, str]] = []
    while first < len(words) and (match := _ASSIGNMENT.match(words[first].raw)):
        assignments.append((match[1], words[first].raw[match.end() :]))
        first += 1
    program = words[first].raw if first < len(words) else ""
    if program in _NO_PROGRAMS or not _PROGRAM.fullmatch(program):
        return False
    command = Command(tuple(words[first:]), Span(words[0].span.start, words[-1].span.end), operator)
    command.assignments = tuple(assignments)
    command.in_pipeline = piped
    found.append(command)
    return True
