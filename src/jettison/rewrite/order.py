"""Instructions in the order of how often their inputs change, by the git history of the project.

What changes with most commits goes below what rarely changes: then a rebuild takes the rest from the cache. A COPY
is moved only where nothing between its old and its new place can tell the difference (`rewrite/footprint.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.rewrite.footprint import copies_commute, run_commutes
from jettison.syntax.tree import ErrorNode, Instruction

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage
    from jettison.project.history import History

# What changes this many times as often is moved below; and in at least this many of the commits.
RATIO: Final = 4
MIN_CHANGES: Final = 5
# Bytes from which copying again is worth a change of the file.
MIN_BYTES: Final = 64 * 1024
MAX_STEPS: Final = 400
# They neither read nor write files; those with a variable of the copy are not passed.
_NEUTRAL: Final = frozenset(
    ("ARG", "ENV", "LABEL", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "HEALTHCHECK", "MAINTAINER")
)


class Moved(NamedTuple):
    """One COPY that went down. evidence: in words, how often it and what it passed change; lines: old, and of what it passed."""

    line: int
    below: int
    evidence: str


class _Step(NamedTuple):
    node: Instruction
    text: str
    changes: int | None


def ordered(model: Model, history: History | None) -> tuple[bytes, tuple[Moved, ...]]:
    """Return the text with its copies in the order of how often they change, and what was moved; idempotent."""
    data = model.source.data
    if history is None or model.context is None or any(isinstance(node, ErrorNode) for node in model.file.nodes):
        return data, ()
    moved: list[Moved] = []
    texts = _texts(model)
    out: list[str] = []
    stage_at = {stage.from_.span.start: stage for stage in model.stages}
    stage: Stage | None = None
    waiting: list[_Step] = []
    for node, text in texts:
        if node is None or node.keyword == "FROM":
            out += _flush(model, stage, waiting, history, moved)
            waiting = []
            out.append(text)
            stage = stage_at.get(node.span.start) if node is not None else stage
        elif stage is None:
            out.append(text)
        else:
            waiting.append(_Step(node, text, _changes(model, node, stage, history)))
    out += _flush(model, stage, waiting, history, moved)
    if not moved:
        return data, ()
    return "".join(out).encode("utf-8", "surrogateescape"), tuple(moved)


def _texts(model: Model) -> list[tuple[Instruction | None, str]]:
    """Return each instruction with the comments above it; last what follows the last one."""
    found: list[tuple[Instruction | None, str]] = []
    lead = ""
    newline = model.source.newline
    for node in model.file.nodes:
        text = lead + model.source.text(node.span)
        if isinstance(node, Instruction):
            found.append((node, text if text.endswith("\n") else text + newline))
            lead = ""
        else:
            lead = text
    return [*found, (None, lead)]


def _flush(
    model: Model, stage: Stage | None, steps: list[_Step], history: History, moved: list[Moved]
) -> Iterable[str]:
    if stage is None or len(steps) > MAX_STEPS:
        return [step.text for step in steps]
    order = list(steps)
    for step in reversed(steps):
        if step.changes is None or step.changes < MIN_CHANGES:
            continue
        at = order.index(step)
        place = _place(model, stage, order, at)
        if place is None:
            continue
        passed = order[at + 1 : place + 1]
        order.insert(place, order.pop(at))
        moved.append(Moved(step.node.start_line, passed[-1].node.start_line, _evidence(model, step, passed, history)))
    return [step.text for step in order]


def _place(model: Model, stage: Stage, order: Sequence[_Step], at: int) -> int | None:
    """Return the index of the last step that this one gains by standing below, as far as it may be moved."""
    step = order[at]
    assert step.changes is not None
    place = None
    for number in range(at + 1, len(order)):
        other = order[number]
        if not _commutes(model, stage, step.node, other.node):
            break
        rare = other.changes is not None and other.changes * RATIO <= step.changes
        if (rare and _is_large(model, other.node)) or other.node.keyword == "RUN":
            place = number
    return place


def _is_large(model: Model, copy: Instruction) -> bool:
    return copy.flag("from") is not None or sum(file.size for file in model.files_of(copy)) >= MIN_BYTES


def _commutes(model: Model, stage: Stage, copy: Instruction, other: Instruction) -> bool:
    if other.keyword in ("COPY", "ADD"):
        return copies_commute(model, copy, other, stage)
    if other.keyword == "RUN":
        return run_commutes(model, copy, other, stage)
    # A copy with a variable in it is none that `footprint` knows.
    return other.keyword in _NEUTRAL


def _changes(model: Model, node: Instruction, stage: Stage, history: History) -> int | None:
    """Return in how many commits the inputs of a copy changed; None where it has none, or they are not known."""
    paths = _inputs(model, node, stage)
    return history.changes(paths) if paths else None


def _inputs(model: Model, node: Instruction, stage: Stage) -> frozenset[str]:
    if node.keyword not in ("COPY", "ADD"):
        return frozenset()
    flag = node.flag("from")
    if flag is None:
        return frozenset(file.path for file in model.files_of(node))
    other = model.stage_before(stage, flag.value or "")
    if other is None:
        return frozenset()
    read = {each.index for each in _all_of(model, other)}
    return frozenset(f.path for each in model.copied() if each.stage.index in read for f in each.files)


def _all_of(model: Model, stage: Stage) -> list[Stage]:
    """Return a stage and all that it is from or copies from."""
    waiting, seen = [stage.index], set()
    while waiting:
        index = waiting.pop()
        if index not in seen:
            seen.add(index)
            waiting.extend(model.stages[index].depends_on)
    return [model.stages[index] for index in sorted(seen)]


def _evidence(model: Model, step: _Step, passed: Sequence[_Step], history: History) -> str:
    total = len(history.commits)
    text = f"{_names(step.node)} changed in {step.changes} of the last {total} commits"
    rare = [f"{_names(each.node)} in {each.changes}" for each in passed if each.changes is not None]
    runs = [each.node.start_line for each in passed if each.node.keyword == "RUN"]
    if runs:
        rare.append(
            f"line{'s' if len(runs) > 1 else ''} {', '.join(map(str, runs))} only install{'s' if len(runs) == 1 else ''}"
        )
    return f"{text}, {', '.join(rare)}"


def _names(node: Instruction) -> str:
    flag = node.flag("from")
    names = " ".join(word.raw for word in node.words[:-1])
    return (f"{names} of stage {flag.value}" if flag else names)[:60]
