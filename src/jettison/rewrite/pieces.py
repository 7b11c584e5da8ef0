"""The user's instructions as movable pieces: bytes as written, comments travelling with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.syntax.tree import ErrorNode, Instruction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jettison.model.dockerfile import Model

RUNTIME: Final = frozenset(
    (
        "CMD",
        "ENTRYPOINT",
        "EXPOSE",
        "HEALTHCHECK",
        "VOLUME",
        "STOPSIGNAL",
        "LABEL",
        "USER",
        "MAINTAINER",
        "ONBUILD",
    )
)


class Piece(NamedTuple):
    """An instruction with the comments and blank lines above it; `lead` and `text` are as written."""

    node: Instruction
    lead: str
    text: str


class Pieces(NamedTuple):
    """A single-stage file: what stands before FROM, the pieces, and what trails the last one."""

    head: str
    from_: Piece
    body: tuple[Piece, ...]
    tail: str


def split(model: Model) -> Pieces | None:
    """Return the pieces of a file with one stage, or None when a part was not understood."""
    source = model.source
    head: list[str] = []
    lead: list[str] = []
    found: list[Piece] = []
    from_: Piece | None = None
    for node in model.file.nodes:
        text = source.text(node.span)
        if isinstance(node, ErrorNode):
            return None
        if not isinstance(node, Instruction):
            lead.append(text)
            continue
        if from_ is None and node.keyword != "FROM":
            head.append("".join(lead) + text)
        elif from_ is None:
            from_ = Piece(node, "".join(lead), _closed(text, source.newline))
        else:
            found.append(Piece(node, "".join(lead), _closed(text, source.newline)))
        lead = []
    return None if from_ is None else Pieces("".join(head), from_, tuple(found), "".join(lead))


def split_final(model: Model) -> Pieces | None:
    """Return the pieces of a file's last stage, all that stands before it as the head; None as with `split`."""
    if not model.stages or any(isinstance(node, ErrorNode) for node in model.file.nodes):
        return None
    source = model.source
    final = model.stages[-1].from_
    lead: list[str] = []
    head: list[str] = []
    found: list[Piece] = []
    from_: Piece | None = None
    for node in model.file.nodes:
        text = source.text(node.span)
        if not isinstance(node, Instruction):
            lead.append(text)
        elif from_ is None and node is not final:
            head.append("".join(lead) + text)
            lead = []
        else:
            piece = Piece(node, "".join(lead), _closed(text, source.newline))
            if from_ is None:
                from_ = piece
            else:
                found.append(piece)
            lead = []
    return None if from_ is None else Pieces("".join(head), from_, tuple(found), "".join(lead))


def leave_out(body: Sequence[Piece], gone: Collection[Piece]) -> list[Piece]:
    """Return the pieces without some; the lines above one that goes stay, above the next."""
    kept: list[Piece] = []
    lead = ""
    for piece in body:
        if piece in gone:
            lead += piece.lead
        else:
            kept.append(piece._replace(lead=lead + piece.lead))
            lead = ""
    return kept


def _closed(text: str, newline: str) -> str:
    return text if text.endswith("\n") else text + newline
