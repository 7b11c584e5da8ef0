"""The part of a stage that a change of the project's source leaves alone, as a stage of its own.

A COPY from a stage that was built again has its files read and compared again, and where the order of layers
changed they are written again too. What is installed before the source is copied comes from its own stage instead:
that stage stays in the cache, and so does every COPY from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.image.attribution import layer_origins
from jettison.model.dockerfile import read_from_stages

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from jettison.image.image import Image
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.rewrite.pieces import Piece
    from jettison.syntax.tree import Instruction

# How many of the commands of an original RUN must be found in what the fixes made of it.
_SAME: Final = 0.6


class Before(NamedTuple):
    """What stands before the first copy of source.

    at: how many pieces of the final stage; runs_after: whether a RUN follows them; layers: numbers of the image's
    layers that later pieces wrote; gone: paths that those deleted.
    """

    at: int
    runs_after: bool
    layers: frozenset[int]
    gone: tuple[str, ...]


def late_paths(before: Before, image: Image, own: Collection[str]) -> tuple[str, ...]:
    """Return what later steps wrote of the wanted paths, and what they deleted; without leading slashes."""
    return (*(path for path in own if image.files[path].layer in before.layers), *before.gone)


def stands_before(path: str, late: Collection[str]) -> bool:
    """Return whether no later step wrote or deleted anything at or below a path."""
    inside = f"{path}/"
    return not any(each == path or each.startswith(inside) for each in late)


def before_source(
    original: Model, fixed: Model, pieces: Sequence[Piece], image: Image, sources: Collection[str]
) -> Before | None:
    """Return what of the final stage stands before the source; None where that is no RUN, or not all of it is known.

    original: what the image was built from; fixed: what the pieces are of; sources: files of the project that its
    developers change most.
    """
    stage = fixed.stages[-1]
    if image.stack is None:
        return None
    if any(_reads_source(fixed, each, sources) for each in fixed.lineage(stage)[:-1]):
        return None
    volatile = _volatile(fixed, stage, sources)
    first = next((number for number, piece in enumerate(pieces) if piece.node.span.start in volatile), None)
    if first is None:
        return None
    runs = [number for number, piece in enumerate(pieces) if piece.node.keyword == "RUN"]
    at = max((number + 1 for number in runs if number < first), default=0)
    if not at:
        return None
    later = _later_lines(original, fixed, pieces, at)
    origins = layer_origins(image.history, original)
    layers = frozenset(number for number, origin in enumerate(origins) if origin.line in later)
    return Before(at, runs[-1] >= at, layers, _gone(image, layers))


def _volatile(model: Model, stage: Stage, sources: Collection[str]) -> set[int]:
    """Return where the instructions of a stage start that a change of a source file runs again by themselves."""
    found = {
        source.node.span.start
        for source in model.copied()
        if source.stage is stage and (source.whole or not sources or any(f.path in sources for f in source.files))
    }
    for node in stage.instructions:
        others = [model.stage_before(stage, name) for name in read_from_stages(node)]
        lines = [each for other in others if other is not None for each in model.lineage(other)]
        if any(_reads_source(model, each, sources) for each in lines):
            found.add(node.span.start)
    return found


def _reads_source(model: Model, stage: Stage, sources: Collection[str]) -> bool:
    return bool(_volatile(model, stage, sources))


def _later_lines(original: Model, fixed: Model, pieces: Sequence[Piece], at: int) -> set[int]:
    """Return the lines of the original's final stage that none of the first pieces stands for."""
    later = set()
    theirs = [_words(fixed, piece.node) for piece in pieces]
    for node in original.stages[-1].instructions:
        words = _words(original, node)
        best, place = 0.0, len(pieces)
        for number, piece in enumerate(pieces):
            if _kind(node) != _kind(piece.node):
                continue
            # A RUN may have been joined with another.
            same = sum(word in theirs[number] for word in words) / max(len(words), 1)
            score = same if node.keyword == "RUN" else float(words == theirs[number])
            if score > best or score == best:
                best, place = score, number
        if best < _SAME or place >= at:
            later.add(node.start_line)
    return later


def _words(model: Model, node: Instruction) -> list[str]:
    """Return what a fix leaves as it is: of a RUN what each command does, of others the words."""
    if node.keyword == "RUN":
        run = model.run_at[node.span.start]
        calls = {call.command.span.start: f"{call.manager} {call.action}" for call in model.facts(run)}
        found = [
            calls.get(each.span.start) or " ".join(each.argv[n].value for n in range(min(2, len(each.argv))))
            for each in run.commands
        ]
        if found:
            return found
    return model.source.text(node.span).split()[1:]


def _kind(node: Instruction) -> str:
    return "COPY" if node.keyword == "ADD" else node.keyword


def _gone(image: Image, layers: frozenset[int]) -> tuple[str, ...]:
    deleted = (each for each in image.stack.covered if each.replacement is None and each.by in layers)
    return tuple(sorted({each.path for each in deleted}))
