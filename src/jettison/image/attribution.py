"""Which line of the Dockerfile wrote a layer.

A builder notes one history entry for each instruction of the final image, in order, after those of the base. The
entries are laid beside the instructions so that as much as possible fits, by text and by keyword: what a builder leaves
out, what an ONBUILD of the base puts in, and a line that was edited since, cost one line and not all.

A file does not say which of its stages was built (`--target`): it is the one whose instructions the history tells best,
the last one where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.image.joined import SETTINGS, is_setting
from jettison.image.step_text import PLACE, WRITTEN, Step, Told, likeness, step_of, told_by
from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    from jettison.image.image import HistoryEntry
    from jettison.model.dockerfile import Model
    from jettison.model.stage import Stage

# What it costs that an entry between two of the file's is none of the file's, or that an instruction has no entry.
_ENTRY_LEFT: Final = 1.0
_STEP_LEFT: Final = 0.25
# How many entries more than instructions are looked at, and how far the two may be apart in a long file.
_MORE_ENTRIES: Final = 16
_APART: Final = 200


class Origin(NamedTuple):
    """Where a layer comes from. line: 1-based first line of its instruction; None: the base image.

    last: of a layer that several instructions wrote together the first line of the last of them, else None.
    """

    line: int | None
    keyword: str
    last: int | None = None

    @property
    def where(self) -> str:
        """Return "line 4", "lines 4-9" where several instructions wrote it, "" for the base image."""
        if self.line is None:
            return ""
        return f"line {self.line}" if self.last is None else f"lines {self.line}-{self.last}"


BASE: Final = Origin(None, "FROM")


class _Fit(NamedTuple):
    """How a stage fits a history. written: how many entries hold the text of an instruction; places: entry -> step.

    sure: whether one at least is known by more than its keyword, which any file has.
    """

    score: float
    written: int
    places: dict[int, int]
    steps: Sequence[Step] = ()
    sure: bool = True


class Attribution(NamedTuple):
    """The origin of each history entry, those that made no layer included.

    doubt: why none has a line, "" where one has or the file makes none.
    """

    entries: tuple[Origin, ...]
    doubt: str = ""


def attribution_of(history: Sequence[HistoryEntry], model: Model) -> Attribution:
    """Return what wrote each entry of a history."""
    fit = _best_fit(history, model)
    places = fit.places if fit.sure else {}
    entries = tuple(_origins(history, places, fit.steps))
    if places or not any(stage.instructions for stage in model.stages):
        return Attribution(entries)
    return Attribution(
        entries, f"no step of its history is one of {model.path}: is it the file that it was built from?"
    )


def _origins(history: Sequence[HistoryEntry], places: dict[int, int], steps: Sequence[Step]) -> Iterator[Origin]:
    # The first step that no layer of its own or of others has, and the first behind all that an entry was found for.
    begin = end = 0
    for number, entry in enumerate(history):
        place = places.get(number)
        if place is not None:
            end = place + 1
        origin = BASE if place is None else _origin(steps[place : place + 1])
        if not entry.empty:
            if is_setting(entry.created_by):
                origin = _origin([step for step in steps[begin:end] if step.node.keyword not in SETTINGS], origin)
            begin = end
        yield origin


def _origin(together: Sequence[Step], none: Origin = BASE) -> Origin:
    """Return the origin of what these steps wrote together, `none` where there are none."""
    if not together:
        return none
    first, last = together[0].node, together[-1].node
    return Origin(first.start_line, first.keyword, None if last is first else last.start_line)


def layer_origins(history: Sequence[HistoryEntry], model: Model) -> tuple[Origin, ...]:
    """Return the origin of each layer, the lowest first; as many as history entries that are not empty."""
    return of_layers(history, attribution_of(history, model).entries)


def of_layers(history: Sequence[HistoryEntry], entries: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """Return those of the entries that made a layer."""
    return tuple(origin for entry, origin in zip(history, entries, strict=True) if not entry.empty)


def _best_fit(history: Sequence[HistoryEntry], model: Model) -> _Fit:
    final = model.final
    if final is None:
        return _Fit(0, 0, {})
    told: list[Told] = []
    best = _fit(history, told, _steps(model, final))
    if model.target is not None or best.written == sum(len(stage.instructions) for stage in model.lineage(final)):
        return best
    for stage in model.stages:
        if stage is not final:
            fit = _fit(history, told, _steps(model, stage))
            best = fit if (fit.written, fit.score) > (best.written, best.score) else best
    return best


def _steps(model: Model, stage: Stage) -> list[Step]:
    return [step_of(node, model) for one in model.lineage(stage) for node in one.instructions]


def _fit(history: Sequence[HistoryEntry], told: list[Told], steps: list[Step]) -> _Fit:
    """Return how steps fit the end of a history. told: what its last entries say, the last first, read when needed."""
    count = min(len(history), len(steps) + _MORE_ENTRIES)
    told += [told_by(entry.created_by) for entry in reversed(history[len(history) - count : len(history) - len(told)])]
    recent = told[:count][::-1]
    likenesses: dict[tuple[int, int], float] = {}
    scores = _scores(recent, steps, likenesses)
    first = len(history) - count
    pairs = _pairs(scores, likenesses, len(steps))
    written = sum(likenesses[pair] >= WRITTEN for pair in pairs)
    sure = any(likenesses[pair] >= PLACE for pair in pairs)
    return _Fit(scores[-1][len(steps)], written, {first + entry: step for entry, step in pairs}, steps, sure)


def _scores(told: list[Told], steps: list[Step], likenesses: dict[tuple[int, int], float]) -> list[dict[int, float]]:
    """Return, for the first entries and steps of each number, how well they fit; likenesses: (entry, step), filled."""
    rows = [{at: -_STEP_LEFT * at for at in range(len(steps) + 1)}]
    for entry, one in enumerate(told):
        above, row = rows[-1], dict[int, float]()
        middle = len(steps) - len(told) + entry + 1
        for at in range(max(0, middle - _APART), min(len(steps), middle + _APART) + 1):
            # All entries so far may be the base's.
            best = -_STEP_LEFT * at
            if at in above:
                best = max(best, above[at] - _ENTRY_LEFT)
            if at - 1 in row:
                best = max(best, row[at - 1] - _STEP_LEFT)
            if at and at - 1 in above:
                alike = likeness(steps[at - 1], one)
                if alike:
                    likenesses[entry, at - 1] = alike
                    best = max(best, above[at - 1] + alike)
            row[at] = best
        rows.append(row)
    return rows


def _pairs(
    scores: list[dict[int, float]], likenesses: dict[tuple[int, int], float], steps: int
) -> list[tuple[int, int]]:
    """Return which entry is which step, from the end on."""
    pairs = []
    entry, at = len(scores) - 1, steps
    while entry and at:
        score = scores[entry][at]
        alike = likenesses.get((entry - 1, at - 1))
        if alike and score == scores[entry - 1][at - 1] + alike:
            pairs.append((entry - 1, at - 1))
            entry, at = entry - 1, at - 1
        elif score == scores[entry].get(at - 1, score + 1) - _STEP_LEFT:
            at -= 1
        elif score == scores[entry - 1].get(at, score - 1) - _ENTRY_LEFT:
            entry -= 1
        else:
            break
    return pairs
