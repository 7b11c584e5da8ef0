"""Whether a history entry tells of an instruction: by its keyword, and by what is left of its text.

Builders write the same instruction in different ways: with the shell in front or without it, with arguments and variables
filled in, with a digest in the place of names, a list in another bracket. Letters and digits stay what they are.

Source: OCI image specification, "History"; the entries that BuildKit, the classic builder and Buildah write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

# How sure it is that an entry and an instruction are one: what was written, the place something was copied to, the
# keyword of an instruction that makes layers, the keyword of one that sets something.
WRITTEN: Final = 4.0
PLACE: Final = 2.0
KEYWORD: Final = 1.0
SETTING: Final = 0.5
MAX_TEXT: Final = 65_536
_MAKES_LAYERS: Final = frozenset(("RUN", "COPY", "ADD"))
_NOP: Final = re.compile(r"#\(nop\)\s+(\S+)")
_RUN: Final = re.compile(r"(?:\|\d+ |/bin/(?:ba|a|da)?sh -o?e?|cmd /S|powershell )")
_NOT_READ: Final = re.compile(r"[\W_]+")
_VARIABLE: Final = re.compile(r"\$(?:\{[^}]*\}|\w+)")
# What comes from an address has a digest alone, without "file:" or "dir:" in front.
_DIGEST_COPIED: Final = re.compile(
    r"#\(nop\) (?:COPY|ADD) (?:--\S+ )*(?:\w+:[0-9a-f]+|[0-9a-f]{64}) in (.*)", re.DOTALL
)


class Step(NamedTuple):
    """An instruction, and what of its text an entry holds: the parts between its variables, in order.

    place: of COPY and ADD, where to; heredoc: the first line of its first document.
    """

    node: Instruction
    parts: tuple[str, ...]
    place: str
    heredoc: str


class Told(NamedTuple):
    """A history entry. keyword: "" where it names none; text: letters and digits; place: where to, of what has a digest for its name."""

    keyword: str
    text: str
    place: str | None


def step_of(node: Instruction, model: Model) -> Step:
    """Return what an entry can be compared with."""
    data = model.source.data
    at, pieces = node.body_span.start, []
    for comment in node.inner_comments:
        if at <= comment.start <= node.body_span.end:
            pieces.append(data[at : comment.start])
            at = comment.end
    pieces.append(data[at : node.body_span.end])
    text = b"".join(pieces)[:MAX_TEXT].decode("utf-8", "replace")
    # What a RUN says is for its shell: the builder fills nothing in.
    parts = [text] if node.keyword == "RUN" else _VARIABLE.split(text)
    words = text.split()
    first = node.heredocs[0].body[:MAX_TEXT].strip().partition("\n")[0] if node.heredocs else ""
    return Step(node, tuple(filter(None, map(_letters, parts))), _place(words[-1]) if words else "", _letters(first))


def told_by(created_by: str) -> Told:
    """Return what a history entry says."""
    text = created_by[:MAX_TEXT].removesuffix("# buildkit")
    copied = _DIGEST_COPIED.search(text)
    return Told(keyword_of(created_by), _letters(text), _place(copied[1]) if copied else None)


def likeness(step: Step, told: Told) -> float:
    """Return how sure it is that the entry tells of the instruction, 0 for not at all."""
    keyword = step.node.keyword
    if keyword == "RUN" and told.keyword in ("RUN", ""):
        # The longer the text, the less it is the end of another one.
        if step.parts and told.text.endswith(step.parts[0]):
            return WRITTEN + len(step.parts[0]) / len(told.text)
        if step.heredoc and step.heredoc in told.text:
            return WRITTEN
    if keyword != told.keyword:
        return 0
    if keyword == "RUN":
        return KEYWORD
    if told.place is not None:
        return PLACE if told.place == step.place else KEYWORD
    if _holds(told.text, step.parts):
        return WRITTEN
    return KEYWORD if keyword in _MAKES_LAYERS else SETTING


def keyword_of(created_by: str) -> str:
    """Return the keyword of the instruction that a history entry names, "" when none is known."""
    # Only needed where a Dockerfile is named.
    from jettison.syntax.tree import KEYWORDS

    first = next(iter(created_by[:200].split(None, 1)), "")
    if first in KEYWORDS:
        return first
    nop = _NOP.search(created_by[:200])
    if nop:
        return nop[1].upper() if nop[1].upper() in KEYWORDS else ""
    if first.upper() in KEYWORDS:
        return first.upper()
    return "RUN" if _RUN.match(created_by) else ""


def _letters(text: str) -> str:
    return _NOT_READ.sub("", text)


def _place(text: str) -> str:
    return text.strip(' \t\r\n"[]').removesuffix("/")


def _holds(text: str, parts: tuple[str, ...]) -> bool:
    """Return whether a text holds all parts, in order; no parts are nothing that it could hold."""
    at = 0
    for part in parts:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return bool(parts)
