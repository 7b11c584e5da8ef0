"""The parts of an instruction: words, flags, heredocs, JSON form, and how each keyword splits."""

from __future__ import annotations

import re
from typing import Final

from jettison.span import Span
from jettison.syntax.tokens import Logical, quoted_words, unquote

JSON_FORM: Final = frozenset(("RUN", "CMD", "ENTRYPOINT", "SHELL", "ADD", "COPY", "VOLUME"))
SHELL_FORM: Final = frozenset(("RUN", "CMD", "ENTRYPOINT"))
ONE_STRING: Final = frozenset(("RUN", "CMD", "ENTRYPOINT", "STOPSIGNAL", "USER", "WORKDIR", "MAINTAINER", "SHELL"))
NAME_VALUE: Final = frozenset(("ENV", "LABEL"))
_JSON_STRING: Final = re.compile(r'\s*"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"\s*')
_JSON_ESCAPE: Final = re.compile(
    r'\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
_JSON_PLAIN: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_BLANKS: Final = re.compile(r"\s*")
_PLAIN_WORD: Final = re.compile(r"\S+")


def decode(text: str) -> str:
    """Return latin-1 carried bytes as text; undecodable bytes survive as surrogates."""
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")


class Word:
    """One argument. `value`: after unquoting, before variable expansion; `raw`: as written."""

    __slots__ = ("raw", "span", "value")

    def __init__(self, value: str, raw: str, span: Span) -> None:
        self.value = value
        self.raw = raw
        self.span = span

    def __repr__(self) -> str:
        return f"Word({self.value!r})"


class Flag:
    """`--name=value` or `--name` (value None) before an instruction's arguments."""

    __slots__ = ("name", "span", "value", "value_span")

    def __init__(self, name: str, value: str | None, span: Span, value_span: Span | None) -> None:
        self.name = name
        self.value = value
        self.span = span
        self.value_span = value_span

    def __repr__(self) -> str:
        return f"Flag({self.name!r}, {self.value!r})"


class Heredoc:
    """One here-document. `body`: text without the closing line, tabs stripped when `<<-`."""

    __slots__ = ("body", "body_span", "expand", "fd", "name", "operator_span", "strip_tabs", "terminated")

    def __init__(
        self,
        name: str,
        body: str,
        body_span: Span,
        operator_span: Span,
        strip_tabs: bool,
        expand: bool,
        terminated: bool,
        fd: int,
    ) -> None:
        self.name = name
        self.body = body
        self.body_span = body_span
        self.operator_span = operator_span
        self.strip_tabs = strip_tabs
        self.expand = expand
        self.terminated = terminated
        self.fd = fd


def read_flags(logical: Logical, start: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """Return the flags from `start` on and the place where the arguments begin."""
    text = logical.text
    position = skip_blanks(text, start)
    if not text.startswith("--", position):
        return (), position
    flags: list[Flag] = []
    while text.startswith("--", position):
        end = _flag_end(text, position, escape)
        if end == position + 2:
            # `--` alone ends the flags.
            position = skip_blanks(text, end)
            break
        name, equals, value = text[position + 2 : end].partition("=")
        value_at = position + 2 + len(name) + 1
        flags.append(
            Flag(
                decode(name).lower(),
                decode(unquote(value, escape)) if equals else None,
                logical.span(position, end),
                logical.span(value_at, end) if equals else None,
            )
        )
        position = skip_blanks(text, end)
    return tuple(flags), position


def _flag_end(text: str, start: int, escape: str) -> int:
    words = _PLAIN_WORD.match(text, start)
    assert words is not None
    plain = words.end()
    if any(mark in text[start:plain] for mark in ("'", '"', escape)):
        first = _first_quoted(text, start, escape)
        return first if first > start else plain
    return plain


def _first_quoted(text: str, start: int, escape: str) -> int:
    from jettison.syntax.tokens import _WORD

    match = _WORD[escape].match(text, start)
    return match.end(1) if match else start


def skip_blanks(text: str, start: int) -> int:
    """Return the place of the first character from `start` on that is not blank."""
    # Most often there is none, or one.
    if start < len(text) and not text[start].isspace():
        return start
    match = _BLANKS.match(text, start)
    return match.end() if match else start


def json_words(logical: Logical, start: int) -> tuple[Word, ...] | None:
    """Return the strings of a JSON array, or None when it is none; builders read nothing that follows it."""
    text = logical.text
    position = skip_blanks(text, start)
    if not text.startswith("[", position):
        return None
    position = skip_blanks(text, position + 1)
    words: list[Word] = []
    if text.startswith("]", position):
        return ()
    while True:
        match = _JSON_STRING.match(text, position)
        if match is None:
            return None
        begin, end = match.start(1) - 1, match.end(1) + 1
        words.append(Word(_json_value(match[1]), decode(text[begin:end]), logical.span(begin, end)))
        position = match.end()
        if text.startswith(",", position):
            position += 1
        elif text.startswith("]", position):
            return tuple(words)
        else:
            return None


def _json_value(text: str) -> str:
    if "\\" not in text:
        return decode(text)
    return _JSON_ESCAPE.sub(_json_char, decode(text))


def _json_char(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "u":
        # Two halves are one character; a half alone is none.
        halves = bytes.fromhex(code.replace("\\u", "").removeprefix("u"))
        return halves.decode("utf-16-be", "replace")
    return _JSON_PLAIN.get(code, code)


def split_words(logical: Logical, start: int, escape: str) -> tuple[Word, ...]:
    """Return the words of the rest: blanks alone separate them, also inside quotes."""
    text = logical.text
    if escape not in text and "'" not in text and '"' not in text and text.isascii():
        span = logical.span
        return tuple([Word(raw := m[0], raw, span(*m.span())) for m in _PLAIN_WORD.finditer(text, start)])
    return tuple([_word(logical, *match.span(), escape) for match in _PLAIN_WORD.finditer(text, start)])


def whole(logical: Logical, start: int, escape: str, unquoted: bool) -> tuple[Word, ...]:
    """Return the rest as a single word; empty when nothing is there."""
    begin = skip_blanks(logical.text, start)
    end = len(logical.text.rstrip())
    if end <= begin:
        return ()
    raw = logical.text[begin:end]
    value = unquote(raw, escape) if unquoted else raw
    return (Word(decode(value), decode(raw), logical.span(begin, end)),)


def _word(logical: Logical, begin: int, end: int, escape: str) -> Word:
    raw = logical.text[begin:end]
    value = unquote(raw, escape)
    if raw.isascii():
        return Word(value, raw, logical.span(begin, end))
    return Word(decode(value), decode(raw), logical.span(begin, end))


def name_values(logical: Logical, start: int, escape: str) -> tuple[tuple[Word, Word], ...]:
    """Return the pairs of ENV or LABEL: `name=value ...`, or the old `name value` form."""
    text = logical.text
    words = quoted_words(text, start, escape)
    if not words:
        return ()
    begin, end = words[0]
    if "=" not in text[begin:end]:
        rest = skip_blanks(text, end)
        stop = max(rest, len(text.rstrip()))
        return ((_word(logical, begin, end, escape), _word(logical, rest, stop, escape)),)
    return tuple(_pair(logical, begin, end, escape) for begin, end in words)


def arg_pairs(logical: Logical, start: int, escape: str) -> tuple[tuple[Word, Word | None], ...]:
    """Return the pairs of ARG; the value is None where only a name is declared."""
    pairs: list[tuple[Word, Word | None]] = []
    for begin, end in quoted_words(logical.text, start, escape):
        if "=" in logical.text[begin:end]:
            pairs.append(_pair(logical, begin, end, escape))
        else:
            pairs.append((_word(logical, begin, end, escape), None))
    return tuple(pairs)


def _pair(logical: Logical, begin: int, end: int, escape: str) -> tuple[Word, Word]:
    at = logical.text.find("=", begin, end)
    if at < 0:
        at = end
    return _word(logical, begin, at, escape), _word(logical, min(at + 1, end), end, escape)
