"""Shell text of plain commands, read without a grammar: words, quotes, variables, and the operators between commands.

Most texts of RUN are no more than that, redirections and declarations of variables included. What holds anything else
(substitutions, groups, loops, tests, comments) is left to the full grammar; a test holds that both give the same where
this one gives anything.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.span import Span, make_span
from jettison.syntax.shell_command import DECLARATIONS, Command, literal
from jettison.syntax.words import Word

# Names by which a shell begins something else than a simple command, or which a grammar reads in a way of its own.
_NO_PROGRAMS: Final = frozenset(
    "if then elif else fi for in do done while until case esac select function time coproc declare typeset "
    "local unsetenv test let eval".split()
)
_JOINTS: Final = ("&&", "||", "|")
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*+"
_VARIABLE: Final = rf"\$(?:{_NAME}|\{{{_NAME}\}})"
# No possessive repeats of groups: before 3.11.5 Python read those wrongly (gh-106052). What can begin a repetition here
# is never what could have been a part of the one before, so that nothing is tried twice.
_BLANKS: Final = r"[ \t]*+(?:\\\n[ \t]*+)*"
# A word that begins with an equals sign is an operator to the grammar, what stands behind `2#` or `=#` no part of it.
_WORD: Final = (
    rf"(?>(?!=)(?:[A-Za-z0-9_./:@+,~*=-]++(?:(?<![0-9=])#+[A-Za-z0-9_./:@+,~*=-]*+)*|'[^']*+'|{_VARIABLE}"
    rf'|"(?:[^"\\`$]++|{_VARIABLE})*")+)(?=[ \t\n;|&]|\Z)'
)
# A word, an operator and what may follow it before the next word, or a redirection, which no word touches; an operator
# of another kind matches nothing.
_TOKEN: Final = re.compile(
    rf"{_BLANKS}(?:({_WORD})|(&&|\|\|?(?![|&]))[ \t\n]*+(?:\\\n[ \t\n]*+)*|(;(?![;\n])|\n(?![ \t\n]*+\\))[ \t\n]*+"
    rf"|(?<=[ \t\n])[0-9]?(>>|>&|>|<|(?<![0-9])&>)[ \t]*+({_WORD})|\Z)"
)
_PROGRAM: Final = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:-]*")
_DECLARED: Final = re.compile(rf"{_NAME}(?:=.+)?", re.DOTALL)
_ASSIGNMENT: Final = re.compile(rf"({_NAME})=(?=.)", re.DOTALL)


def plain_commands(text: bytes, base: int, most: int) -> list[Command] | None:
    """Return the commands of a text that starts at `base` in its file, or None where it holds more than plain ones."""
    if not text.isascii():
        return None
    source = text.decode("ascii")
    found: list[Command] = []
    words: list[Word] = []
    redirects: list[tuple[str, str]] = []
    some = False
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
            if redirects and _ASSIGNMENT.match(words[-1].raw):
                # `A=b > c d`: the program is behind the redirection.
                return None
            raw = source[start:end]
            value = literal(raw) if "'" in raw or '"' in raw else raw
            words.append(Word(value, raw, make_span((base + start, base + end))))
            continue
        if token.lastindex == 5 and words:
            redirects.append((token[4], literal(token[5])))
            continue
        if not words or not token.lastindex:
            # An operator that nothing stands before; at the end blanks are fine, and a continuation of nothing is not.
            if token.lastindex or "\\" in token[0]:
                return None
            break
        sign = token[token.lastindex]
        before = len(found)
        if not _add(found, words, redirects, operator, piped or sign == "|"):
            return None
        if sign == "\n" and operator in _JOINTS and len(found) == before:
            # `a | A=b C=d` and a line break: the grammar goes on with the next line.
            return None
        if sign == ";":
            between = sign
        # The grammar shows no line break: what follows one has the operator of the statements before.
        operator, piped, words, redirects = between if sign == "\n" else sign, sign == "|", [], []
        some = True
    if words:
        if not _add(found, words, redirects, operator, piped):
            return None
    elif operator not in ("", ";", "\n") or not some:
        return None
    return found if len(found) < most else None


def _add(found: list[Command], words: list[Word], redirects: list[tuple[str, str]], operator: str, piped: bool) -> bool:
    """Add the command that words make; False when they make something else."""
    if words[0].raw in DECLARATIONS:
        return all(_DECLARED.fullmatch(word.raw) for word in words[1:])
    first = 0
    assignments: list[tuple[str, str]] = []
    while first < len(words) and (match := _ASSIGNMENT.match(words[first].raw)):
        value = words[first].raw[match.end() :]
        if "$" in value and "=" in value:
            # `a=$b=$c`: the grammar parts it in a way of its own.
            return False
        assignments.append((match[1], value))
        first += 1
    if first == len(words) and not redirects:
        # Assignments alone are no command.
        return True
    program = words[first].raw if first < len(words) else ""
    if program in _NO_PROGRAMS or not _PROGRAM.fullmatch(program):
        return False
    if first and ":" in program:
        # `A=b c:d` is an error to the grammar.
        return False
    command = Command(tuple(words[first:]), Span(words[0].span.start, words[-1].span.end), operator)
    command.assignments = tuple(assignments)
    command.redirects = tuple(redirects)
    command.in_pipeline = piped
    found.append(command)
    return True
