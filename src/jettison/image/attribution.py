"""Which line of the Dockerfile wrote a layer.

A builder notes one history entry for each instruction of the final image, in order, after those of the
base. The entries are paired with the instructions from the end on, by keyword, so that a builder that
leaves one out costs one line and not all.

Source: OCI image specification, "History"; the entries that BuildKit, the classic builder and Buildah write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.image import HistoryEntry
    from jettison.model.dockerfile import Model
    from jettison.syntax.tree import Instruction

# How many entries in a row a builder may leave out, or add of its own.
MAX_SKIPPED: Final = 4
_NOP: Final = re.compile(r"#\(nop\)\s+(\S+)")
_RUN: Final = re.compile(r"(?:\|\d+ |/bin/(?:ba|a|da)?sh -o?e?|cmd /S|powershell )")


class Origin(NamedTuple):
    """Where a layer comes from. line: 1-based first line of its instruction; None: the base image."""

    line: int | None
    keyword: str


BASE: Final = Origin(None, "FROM")


def layer_origins(history: Sequence[HistoryEntry], model: Model) -> tuple[Origin, ...]:
    """Return the origin of each layer, the lowest first; as many as history entries that are not empty."""
    found = zip(history, _origins(history, model), strict=True)
    return tuple(_base_below([origin for entry, origin in found if not entry.empty]))


def entry_origins(history: Sequence[HistoryEntry], model: Model) -> tuple[Origin, ...]:
    """Return the origin of each history entry, those that made no layer included."""
    return tuple(_base_below(_origins(history, model)))


def _origins(history: Sequence[HistoryEntry], model: Model) -> list[Origin]:
    nodes = _instructions(model)
    found: list[Origin] = []
    at = len(nodes)
    for entry in reversed(history):
        keyword = keyword_of(entry.created_by)
        match = next((i for i in range(at - 1, max(at - 2 - MAX_SKIPPED, -1), -1) if nodes[i].keyword == keyword), None)
        if match is not None:
            at = match
            origin = Origin(nodes[match].start_line, keyword)
        else:
            origin = BASE
        found.append(origin)
    return found[::-1]


def _base_below(origins: list[Origin]) -> list[Origin]:
    # What lies below the lowest layer of this file is the base, whatever a keyword seemed to say.
    lines = [origin.line for origin in origins]
    for index in range(len(origins) - 1, -1, -1):
        later = [line for line in lines[index + 1 :] if line is not None]
        line = lines[index]
        if line is not None and later and line > min(later):
            origins[index] = BASE
            lines[index] = None
    return origins


def _instructions(model: Model) -> list[Instruction]:
    if model.final is None:
        return []
    return [node for stage in model.lineage(model.final) for node in stage.instructions]


def keyword_of(created_by: str) -> str:
    """Return the keyword of the instruction that a history entry names, "" when none is known."""
    # Only needed where a Dockerfile is named.
    from jettison.syntax.tree import KEYWORDS

    nop = _NOP.search(created_by[:200])
    if nop:
        return nop[1].upper() if nop[1].upper() in KEYWORDS else ""
    first = created_by.split(None, 1)[0].upper() if created_by.strip() else ""
    if first in KEYWORDS:
        return first
    return "RUN" if _RUN.match(created_by) else ""
