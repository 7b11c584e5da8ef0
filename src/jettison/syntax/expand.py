"""Variable expansion as the Dockerfile frontend does it.

Forms: `$v ${v} ${v:-w} ${v-w} ${v:+w} ${v+w} ${v:?e} ${v?e} ${v#p} ${v##p} ${v%p} ${v%%p}
${v/p/r} ${v//p/r}`. Source: Dockerfile reference, "Environment replacement".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MAX_RESULT: Final = 1024 * 1024
MAX_DEPTH: Final = 32
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#]")
_OPERATOR: Final = re.compile(r":?[-+?]|##?|%%?|//?")


def expand(text: str, env: Mapping[str, str], escape: str = "\\") -> tuple[str, tuple[str, ...]]:
    """Return the text with quotes removed and variables replaced, and the names that had no value.

    The result is cut at MAX_RESULT characters; a malformed `${` is kept as it is written.
    """
    if not any(mark in text for mark in ("$", "'", '"', escape)):
        return text[:MAX_RESULT], ()
    lexer = _Lexer(env, escape)
    return lexer.word(text, 0)[:MAX_RESULT], tuple(lexer.missing)


def references(text: str, escape: str = "\\") -> list[tuple[str, int, int]]:
    """Return (name, start, end) of each variable reference outside single quotes."""
    found = []
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
                end = _closing(text, match.end(), escape) if brace else match.end()
                found.append((match[0], index, end))
                index = match.end() - 1
        index += 1
    return found


def _closing(text: str, start: int, escape: str) -> int:
    depth = 1
    index = start
    while index < len(text):
        if text[index] == escape:
            index += 1
        elif text.startswith("${", index):
            depth += 1
            index += 1
        elif text[index] == "}":
            depth -= 1
            if not depth:
                return index + 1
        index += 1
    return len(text)


class _Lexer:
    __slots__ = ("env", "escape", "missing")

    def __init__(self, env: Mapping[str, str], escape: str) -> None:
        self.env = env
        self.escape = escape
        self.missing: list[str] = []

    def word(self, text: str, depth: int) -> str:
        out: list[str] = []
        index, quote, size = 0, "", 0
        while index < len(text) and size < MAX_RESULT:
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
                char, index = self.dollar(text, index, depth)
            size += len(char)
            out.append(char)
        return "".join(out)

    def dollar(self, text: str, index: int, depth: int) -> tuple[str, int]:
        if not text.startswith("{", index):
            match = _NAME.match(text, index)
            return (self.value(match[0]), match.end()) if match else ("$", index)
        match = _NAME.match(text, index + 1)
        end = _closing(text, index + 1, self.escape)
        if match is None or not text.startswith("}", end - 1) or depth > MAX_DEPTH:
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
            return _strip(value, self.word(rest, depth), kind == "#", len(operator) == 2)
        pattern, _, replacement = rest.partition("/")
        return _replace(value, self.word(pattern, depth), self.word(replacement, depth), operator == "//")


def _matches(pattern: str, text: str) -> bool:
    """Return whether a glob of `*` and `?` matches the whole text, in time |pattern| x |text|."""
    p = t = 0
    star, mark = -1, 0
    while t < len(text):
        if p < len(pattern) and pattern[p] != "*" and pattern[p] in ("?", text[t]):
            p, t = p + 1, t + 1
        elif p < len(pattern) and pattern[p] == "*":
            star, mark, p = p, t, p + 1
        elif star >= 0:
            mark += 1
            p, t = star + 1, mark
        else:
            return False
    return not pattern[p:].strip("*")


_MAX_MATCHED: Final = 4096


def _strip(value: str, pattern: str, prefix: bool, greedy: bool) -> str:
    if len(value) > _MAX_MATCHED:
        return value
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if greedy else lengths:
        piece = value[:length] if prefix else value[len(value) - length :]
        if _matches(pattern, piece):
            return value[length:] if prefix else value[: len(value) - length]
    return value


def _replace(value: str, pattern: str, replacement: str, everywhere: bool) -> str:
    if not pattern or len(value) > _MAX_MATCHED or len(pattern) > _MAX_MATCHED:
        return value
    if "*" not in pattern and "?" not in pattern:
        return value.replace(pattern, replacement, -1 if everywhere else 1)
    out: list[str] = []
    start = 0
    while start < len(value):
        end = _longest(value, pattern, start)
        if end <= start:
            out.append(value[start])
            start += 1
            continue
        out.append(replacement)
        start = end
        if not everywhere:
            break
    return "".join(out) + value[start:]


def _longest(value: str, pattern: str, start: int) -> int:
    return next((end for end in range(len(value), start, -1) if _matches(pattern, value[start:end])), start)
