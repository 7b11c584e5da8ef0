"""What was measured before and after, as rows of text for any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.report.units import factor, human_bytes, human_seconds
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.optimize.records import Outcome
    from jettison.proof.measure import Measurement

_Value = int | float | str | None
_Unit = Callable[[float], str] | None
_ROWS: Final[tuple[tuple[str, Callable[[Measurement], _Value], _Unit], ...]] = (
    ("size unpacked", lambda m: m.size_unpacked, human_bytes),
    ("size compressed", lambda m: m.size_compressed, human_bytes),
    ("layers", lambda m: m.layers, None),
    ("build context", lambda m: m.context_bytes, human_bytes),
    ("cold build", lambda m: m.cold_build_seconds, human_seconds),
    ("rebuild, one source line", lambda m: m.rebuild_seconds, human_seconds),
    ("runs as user", lambda m: m.user or "root", None),
    ("on SIGTERM", lambda m: m.stop_text, None),
)


class Row(NamedTuple):
    """One measured thing; texts are safe. gain: how many times less or more, "" where that says nothing."""

    title: str
    before: str
    after: str
    gain: str


def measured_rows(outcome: Outcome) -> Iterator[Row]:
    """Yield what was measured; nothing when no image was built."""
    if outcome.before is None:
        return
    for title, value, unit in _ROWS:
        before = value(outcome.before)
        after = value(outcome.after) if outcome.after else None
        if before is not None or after is not None:
            yield Row(title, _cell(before, unit), _cell(after, unit), _gain(before, after, unit))


def _cell(value: _Value, unit: _Unit) -> str:
    if value is None:
        return "-"
    if unit is None or isinstance(value, str):
        return safe_line(str(value))
    return unit(value)


def _gain(before: _Value, after: _Value, unit: _Unit) -> str:
    if unit is None or not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        return ""
    return factor(before, after)
