"""The simple commands in a step of an image's history, as words.

Histories hold what the builder made of a RUN, not the line of a Dockerfile, and of images that others built there is no
Dockerfile: this reading is for remarks of practice, not for changes.

Source: OCI image configuration, field `created_by`; how BuildKit and the classic builder fill it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

MAX_TEXT: Final = 65_536
_MAX_DEPTH: Final = 3
# "RUN ", the build arguments ("|2 A=1 B=2"), and the shell that gets the rest as one text.
_HEAD: Final = re.compile(
    r"(?:RUN )?(?:\|\d+ (?:\S+=.*? )??)??(?:/\S*/(?:ba|da|a|z|k)?sh(?: -[\w-]+| pipefail)*? -\w*c )", re.DOTALL
)
_SEPARATORS: Final = ";&|()\n"
_LEADING: Final = frozenset("if then elif else do while until ! { time exec command env nice nohup".split())
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")
_SHELLS: Final = frozenset(("sh", "bash", "dash", "ash", "ksh", "zsh"))


def history_commands(created_by: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands of a step that ran something, the program first; nothing for other steps.

    Variables that are set for a command and words that only lead to one (`if`, `exec`) are left out.
    """
    text = created_by[:MAX_TEXT].removesuffix("# buildkit").strip()
    head = _HEAD.match(text)
    if head:
        text = text[head.end() :]
    elif text.startswith("RUN "):
        text = text[4:]
    elif text[:1].isupper():
        # COPY, ENV, CMD ...: nothing ran.
        return
    if not text.startswith("#(nop)"):
        yield from _commands(text, 0)


def _commands(text: str, depth: int) -> Iterator[tuple[str, ...]]:
    words: list[str] = []
    comment = False
    for word in (*_words(text), "\n"):
        if not word.strip(_SEPARATORS):
            comment = comment and "\n" not in word
            if words and not comment:
                yield from _command(words, depth)
                words = []
        elif word.startswith("#") or comment:
            comment = True
        else:
            words.append(word)


def _command(words: list[str], depth: int) -> Iterator[tuple[str, ...]]:
    start = 0
    while start < len(words) and (words[start] in _LEADING or _ASSIGNMENT.match(words[start])):
        start += 1
    found = tuple(words[start:])
    if not found:
        return
    yield found
    inner = next((place for place, word in enumerate(found) if re.fullmatch(r"-\w*c", word)), -1)
    if depth < _MAX_DEPTH and found[0].rpartition("/")[2] in _SHELLS and 0 < inner < len(found) - 1:
        yield from _commands(found[inner + 1], depth + 1)


def _words(text: str) -> list[str]:
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=_SEPARATORS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:
        # A quote that does not end, as in a text that the builder cut short: words as they stand.
        return re.findall(rf"[{_SEPARATORS}]+|[^\s{_SEPARATORS}]+", text)
    return words
