"""Variable expansion as the Dockerfile frontend does it.

Forms: `$v ${v} ${v:-w} ${v-w} ${v:+w} ${v+w} ${v:?e} ${v?e} ${v#p} ${v##p} ${v%p} ${v%%p}
${v/p/r} ${v//p/r}`. Source: Dockerfile reference, "Environment replacement".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MAX_RESULT: Final = 1024 * 1024
MAX_DEPTH: Final = 6
# Linux starts no program with a longer variable (MAX_ARG_STRLEN): such a text is left as it is.
MAX_TEXT: Final = 128 * 1024
# Steps that patterns may take beyond two for each character of the text; a value is kept whole after that.
_EFFORT: Final = 500
_NAME: Final = re.compile(r"[^\W\d]\w*|[0-9]+|[@*#]")
# What the frontend takes for a special parameter of a shell; it is never set.
_SPECIAL: Final = re.compile(r"[?$!-]")
_OPERATOR: Final = re.compile(r":?[-+?]|##?|%%?|//?")


def expand(text: str, env: Mapping[str, str], escape: str = "\\") -> tuple[str, tuple[str, ...]]:
    """Return the text with quotes removed and variables replaced, and the names that had no value.

    The result is cut at MAX_RESULT characters; a malformed `${` is kept as it is written.
    """
    plain = "$" not in text and escape not in text and "'" not in text and '"' not in text
    if plain or len(text) > MAX_TEXT:
        return text[:MAX_RESULT], ()
    lexer = _Lexer(env, escape, _EFFORT + 2 * len(text))
    return lexer.word(text, 0)[:MAX_RESULT], tuple(lexer.missing)


def references(text: str, escape: str = "\\") -> list[tuple[str, int, int]]:
    """Return (name, start, end) of each variable reference outside single quotes."""
    found: list[tuple[str, int, int]] = []
    if "$" not in text or len(text) > MAX_TEXT:
        return found
    closing = _closings(text, escape) if "${" in text else {}
    index, quoted = 0, False
    while index < len(text):
        char = text[index]
        if char == "'":
            quoted = not quoted
        elif char == escape and not quoted:
            index += 1
        elif char == "$" and not quoted:
            brace = text.startswith("{", index + 1)
            match = _NAME.match(text, index + 1 + brace)
            if match:
                end = closing.get(index, len(text)) if brace else match.end()
                found.append((match[0], index, end))
                index = match.end() - 1
        index += 1
    return found


def bad_substitution(text: str, escape: str = "\\") -> str:
    """Return why builders refuse a `${...}` of a text, "" when they refuse none."""
    closing = _closings(text, escape)
    for match in _BRACES[escape].finditer(text):
        if match[0] != "${" or text.count("'", 0, match.start()) % 2:
            continue
        end = closing.get(match.start())
        shown = text[match.start() : min(end or len(text), match.start() + 30)]
        if text.startswith(_TEMPLATE, match.end()):
            continue
        if end is None:
            return f"{shown}: the brace is never closed"
        name = _NAME.match(text, match.end())
        if name is None or name.end() >= end:
            return f"{shown}: the name of a variable was expected"
        inner = text[name.end() : end - 1]
        operator = _OPERATOR.match(inner)
        if inner and operator is None:
            return f"{shown}: builders know no such substitution"
        if operator and operator[0][0] in "#%/" and inner[operator.end() :] in ("", "/"):
            # BuildKit 0.13 even dies of it.
            return f"{shown}: the pattern is missing"
        if operator and operator[0][0] == "/" and not _SLASH.search(inner, operator.end()):
            return f"{shown}: the slash before the replacement is missing"
    return ""


# A placeholder of development container templates, filled in before anything is built.
_TEMPLATE: Final = "templateOption:"
_SLASH: Final = re.compile(r"(?<!\\)/")


def _closings(text: str, escape: str) -> dict[int, int]:
    """Return, for the place of each `${`, the place after the brace that closes it; one pass over the text."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for match in _BRACES[escape].finditer(text):
        kind = match[0]
        if kind == "${":
            waiting.append(match.start())
        elif kind == "}" and waiting:
            found[waiting.pop()] = match.end()
    return found


_BRACES: Final = {escape: re.compile(re.escape(escape) + r"(?:.|\Z)|\$\{|\}", re.DOTALL) for escape in "\\`"}

_PLAIN: Final = {escape: re.compile("[^$'\"" + re.escape(escape) + "]+") for escape in "\\`"}


class _Lexer:
    __slots__ = ("effort", "env", "escape", "missing")

    def __init__(self, env: Mapping[str, str], escape: str, effort: int) -> None:
        self.env = env
        self.escape = escape
        self.effort = effort
        self.missing: list[str] = []

    def word(self, text: str, depth: int) -> str:
        out: list[str] = []
        index, quote, size = 0, "", 0
        closing = _closings(text, self.escape) if "${" in text else {}
        while index < len(text) and size < MAX_RESULT:
            plain = _PLAIN[self.escape].match(text, index)
            if plain is not None:
                size += plain.end() - index
                index = plain.end()
                out.append(plain[0])
                continue
            char = text[index]
            index += 1
            if quote == "'":
                if char == "'":
                    quote = ""
                    continue
            elif char == quote:
                quote = ""
                continue
            elif not quote and char in "'\"":
                quote = char
                continue
            elif char == self.escape and index < len(text):
                if not quote or text[index] in ('"', "$", self.escape):
                    char = text[index]
                    index += 1
            elif char == "$":
                char, index = self.dollar(text, index, depth, closing)
            size += len(char)
            out.append(char)
        return "".join(out)

    def dollar(self, text: str, index: int, depth: int, closing: dict[int, int]) -> tuple[str, int]:
        if not text.startswith("{", index):
            match = _NAME.match(text, index)
            if match is None:
                special = _SPECIAL.match(text, index)
                return ("", special.end()) if special else ("$", index)
            return self.value(match[0]), match.end()
        match = _NAME.match(text, index + 1)
        end = closing.get(index - 1)
        if match is None or end is None or match.end() >= end or depth > MAX_DEPTH:
            return "$", index
        inner = text[match.end() : end - 1]
        if not inner:
            return self.value(match[0]), end
        operator = _OPERATOR.match(inner)
        if operator is None:
            return text[index - 1 : end], end
        return self.modified(match[0], operator[0], inner[operator.end() :], depth + 1), end

    def value(self, name: str) -> str:
        if name not in self.env:
            self.missing.append(name)
            return ""
        return self.env[name]

    def modified(self, name: str, operator: str, rest: str, depth: int) -> str:
        present = name in self.env and (not operator.startswith(":") or self.env[name] != "")
        kind = operator[-1]
        if kind == "-":
            return self.env[name] if present else self.word(rest, depth)
        if kind == "+":
            return self.word(rest, depth) if present else ""
        if kind == "?":
            if not present:
                self.missing.append(name)
            return self.env.get(name, "")
        value = self.value(name)
        if kind in "#%":
            self.effort -= len(value)
            pattern = self.word(rest, depth)
            return _strip(value, pattern, kind == "#", len(operator) == 2) if self.effort >= 0 else value
        pattern, _, replacement = rest.partition("/")
        pattern, replacement = self.word(pattern, depth), self.word(replacement, depth)
        plain = "*" not in pattern and "?" not in pattern
        self.effort -= len(value) if plain else len(value) * len(value)
        return _replace(value, pattern, replacement, operator == "//", plain) if self.effort >= 0 else value


def _lengths(pattern: str, text: str) -> list[int]:
    """Return the lengths of the prefixes of the text that a glob of `*` and `?` matches, the shortest first.

    Every place in the pattern is a bit of one number, so that the time does not depend on the pattern.
    """
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    stars = anything = 0
    literal: dict[str, int] = {}
    for place, char in enumerate(pattern):
        if char == "*":
            stars |= 1 << place
        elif char == "?":
            anything |= 1 << place
        else:
            literal[char] = literal.get(char, 0) | 1 << place
    whole = 1 << len(pattern)
    state = 1 | (stars & 1) << 1
    found = [0] if state & whole else []
    for length, char in enumerate(text, 1):
        state = (state & (literal.get(char, 0) | anything)) << 1 | (state & stars)
        state |= (state & stars) << 1
        if not state:
            break
        if state & whole:
            found.append(length)
    return found


_MAX_PATTERN: Final = 256


def _strip(value: str, pattern: str, prefix: bool, greedy: bool) -> str:
    if len(pattern) > _MAX_PATTERN:
        return value
    lengths = _lengths(pattern, value) if prefix else _lengths(pattern[::-1], value[::-1])
    if not lengths:
        return value
    length = lengths[-1] if greedy else lengths[0]
    return value[length:] if prefix else value[: len(value) - length]


def _replace(value: str, pattern: str, replacement: str, everywhere: bool, plain: bool) -> str:
    if not pattern or len(pattern) > _MAX_PATTERN:
        return value
    if plain:
        times = -1 if everywhere else 1
        return value.replace(pattern, replacement, times) if len(value) * len(replacement) < MAX_RESULT else value
    out: list[str] = []
    start = 0
    while start < len(value):
        lengths = _lengths(pattern, value[start:])
        if not lengths or not lengths[-1]:
            out.append(value[start])
            start += 1
            continue
        out.append(replacement)
        start += lengths[-1]
        if not everywhere:
            break
    return "".join(out) + value[start:]
