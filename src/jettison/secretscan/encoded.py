"""Secrets in base64 and UTF-16: what the engine looks for, and how it is decoded.

The base64 of a known text is itself a known text, in three forms by where it begins in a group of three bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Final

from jettison.named_tuple import NamedTuple
from jettison.secretscan.detectors import compiled

MAX_RUN: Final = 64 * 1024
# So many characters have to follow a known text: shorter values are no keys.
AFTER: Final = 12
# Lines may be indented, or be escaped in a text of JSON.
_RUN: Final = re.compile(rb"(?:[A-Za-z0-9+/_-]{1,256}|\\[rn]|[\r\n][ \t]{0,40}){0,4096}")
_BREAKS: Final = re.compile(rb"\\[rn]|[\r\n \t]+")
_ALPHABET: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-\r\n")
# What is no base64 as "!", all else as "=": the last of one byte is found many times faster than the last of several.
_OTHERS: Final = bytes(ord("=") if byte in _ALPHABET else ord("!") for byte in range(256))
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
# Characters of the group that come before the first one that the known text decides, by phase.
_BEFORE: Final = (0, 2, 3)
_WIDE: Final = re.compile(rb"(?:[\t\r\n\x20-\x7e]\x00){12,16384}[\t\r\n\x20-\x7e]?")
_PRINTED: Final = frozenset((9, 10, 13, *range(32, 127)))
MAX_WIDE: Final = 8 * 1024


class Decoded(NamedTuple):
    """Plain bytes; start, end: of what they were decoded from."""

    data: bytes
    start: int
    end: int


def base64_forms(text: bytes, phase: int) -> bytes:
    """Return the characters that every base64 text holds in which `text` begins at byte `phase` of a group."""
    whole = base64.b64encode(b"\0" * phase + text)
    # The last characters depend on what follows.
    sure = (phase + len(text)) * 8 // 6
    return whole[_BEFORE[phase] : sure]


class Base64Texts:
    """The patterns for a set of known texts. expressions: one for each form; phases: of each expression.

    twice: texts that are looked for in base64 of base64 as well, where they begin it.
    """

    def __init__(self, texts: Sequence[bytes], twice: Sequence[bytes] = ()) -> None:
        forms = [sorted({base64_forms(text, phase) for text in texts}) for phase in range(3)]
        # What was encoded twice, from its beginning: any other place in it would be nine forms for each text.
        forms[0] = sorted({*forms[0], *(base64_forms(base64_forms(text, 0), 0) for text in twice)})
        # In the URL form of base64, + and / are - and _.
        heads = [[_both(form) for form in group] for group in forms]
        self.expressions = tuple(head for group in heads for head in group)
        self.phases = tuple(phase for phase, group in enumerate(heads) for _ in group)
        self._longest = max(len(form) for group in forms for form in group)
        # Compiled when they are needed, which they seldom are.
        self._regexes = tuple(b"(?:%s)[A-Za-z0-9+/_\\r\\n-]{%d}" % (b"|".join(group), AFTER) for group in heads)

    def decode(self, data: bytes | memoryview, phase: int, end: int) -> Decoded | None:
        """Return the run of base64 around an event of one phase, decoded."""
        match = compiled(self._regexes[phase]).search(data, max(0, end - self._longest), end + AFTER)
        if match is None:
            return None
        at = match.start() - _BEFORE[phase]
        back = bytes(data[max(0, at - MAX_RUN) : max(0, at)])
        forward = _RUN.match(data, max(0, at), max(0, at) + MAX_RUN)
        if at < 0 or forward is None:
            return None
        before = _unbroken(back[back.translate(_OTHERS).rfind(b"!") + 1 :])
        # Whole groups only; a first one that is cut off belongs to what stands before the text.
        before = before[len(before) % 4 :]
        text = (before + _BREAKS.sub(b"", forward[0])).translate(_STANDARD)
        text = text[: len(text) // 4 * 4] if len(text) % 4 == 1 else text
        try:
            plain = base64.b64decode(text + b"=" * (-len(text) % 4))
        except ValueError:
            return None
        return Decoded(plain, at - len(before), forward.end())


def _unbroken(text: bytes) -> bytes:
    return text.translate(None, b"\r\n")


def _both(form: bytes) -> bytes:
    return re.escape(form).replace(rb"\+", b"+").replace(b"+", b"[+-]").replace(b"/", b"[/_]")


def utf16_form(text: bytes) -> bytes:
    """Return the regex of a known text in UTF-16, of either byte order."""
    return rb"\x00".join(re.escape(bytes((byte,))) for byte in text)


def decode_utf16(data: bytes | memoryview, end: int) -> Decoded | None:
    """Return the run of UTF-16 whose last byte before `end` is an ASCII character, decoded as far as it is ASCII."""
    start = end - 1
    lowest = max(0, end - MAX_WIDE)
    while start - 2 >= lowest and not data[start - 1] and data[start - 2] in _PRINTED:
        start -= 2
    match = _WIDE.match(data, start)
    return None if match is None else Decoded(match[0][::2], start, match.end())
