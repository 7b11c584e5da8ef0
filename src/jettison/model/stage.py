"""Stages, what each is based on, and which of them the final image needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jettison.model.scope import Scope
from jettison.span import Span
from jettison.syntax.expand import expand
from jettison.syntax.tree import Instruction

_FAMILIAR: Final = re.compile(
    r"(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)/)?(?:library/)?(.+)\Z", re.DOTALL
)


class BaseRef:
    """What FROM names. name: familiar repository name; stage: index of an earlier stage, or None."""

    __slots__ = ("digest", "is_scratch", "name", "raw", "span", "stage", "tag", "unresolved")

    def __init__(self, raw: str, text: str, span: Span, stage: int | None, unresolved: tuple[str, ...]) -> None:
        self.raw = raw
        self.span = span
        self.stage = stage
        self.unresolved = unresolved
        self.name, self.tag, self.digest = split_reference(text)
        self.is_scratch = text == "scratch"


def split_reference(text: str) -> tuple[str, str | None, str | None]:
    """Return (familiar name, tag, digest) of an image reference."""
    rest, _, digest = text.partition("@")
    slash = rest.rfind("/")
    colon = rest.find(":", slash + 1)
    tag = rest[colon + 1 :] if colon >= 0 else None
    name = rest[:colon] if colon >= 0 else rest
    match = _FAMILIAR.match(name)
    return (match[1] if match else name), tag, digest or None


class Stage:
    """One FROM and what follows it."""

    __slots__ = (
        "base",
        "depends_on",
        "from_",
        "index",
        "instructions",
        "name",
        "order_errors",
        "platform",
        "start",
    )

    def __init__(self, index: int, name: str | None, from_: Instruction, base: BaseRef, start: Scope) -> None:
        self.index = index
        self.name = name
        self.from_ = from_
        self.base = base
        self.start = start
        flag = from_.flag("platform")
        self.platform = flag.value if flag else None
        self.instructions: tuple[Instruction, ...] = ()
        self.depends_on: tuple[int, ...] = ()
        self.order_errors: tuple[Instruction, ...] = ()

    def every(self, *keywords: str) -> Iterator[tuple[Instruction, bool]]:
        """Yield (instruction, whether it is an ONBUILD's, which runs where an image built on this one begins)."""
        for node in self.instructions:
            inner = node.onbuild or node
            if inner.keyword in keywords:
                yield inner, inner is not node


def read_from(
    node: Instruction, index: int, names: dict[str, int], meta: dict[str, str], escape: str
) -> tuple[BaseRef, str | None]:
    """Return what a FROM names and the name it gives its stage."""
    word = node.words[0]
    text, missing = expand(word.raw, meta, escape)
    stage = names.get(text.lower())
    if stage is not None and stage >= index:
        stage = None
    name = None
    if len(node.words) >= 3 and node.words[1].value.upper() == "AS":
        name = node.words[2].value.lower()
    return BaseRef(word.raw, text, word.span, stage, missing), name
