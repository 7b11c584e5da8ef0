"""What was measured before and after, as rows of text for any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.report.units import factor, human_bytes, human_days, human_seconds
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.optimize.records import Gone, Outcome
    from jettison.proof.measure import Measurement
    from jettison.vulnerabilities.image_counts import ImageCounts

_Value = int | float | str | None
_Unit = Callable[[float], str] | None
_ROWS: Final[tuple[tuple[str, Callable[[Measurement], _Value], _Unit], ...]] = (
    ("size unpacked", lambda m: m.size_unpacked, human_bytes),
    ("size compressed", lambda m: m.size_compressed, human_bytes),
    ("layers", lambda m: m.layers, None),
    ("build context", lambda m: m.context_bytes, human_bytes),
    ("cold build", lambda m: m.cold_build_seconds, human_seconds),
    ("rebuild, one source line", lambda m: m.rebuild_seconds, human_seconds),
    ("rebuild, one dependency", lambda m: m.dependency_seconds, human_seconds),
    ("runs as user", lambda m: m.user or "root", None),
    ("on SIGTERM", lambda m: m.stop_text, None),
)


_COUNTS: Final[tuple[tuple[str, Callable[[ImageCounts], int]], ...]] = (
    ("known vulnerabilities", lambda side: side.total),
    ("  critical or high", lambda side: side.of("critical", "high")),
    ("  known to be exploited", lambda side: side.exploited),
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
    if len(outcome.sides) == 2:
        counts = [side.packages for side in outcome.sides]
        gone = outcome.gone
        moved = f"{gone.packages:,} gone, {gone.new_packages:,} new" if gone is not None else ""
        yield Row("packages", f"{counts[0]:,}", f"{counts[1]:,}", moved)
    yield from _vulnerability_rows(outcome)


def _vulnerability_rows(outcome: Outcome) -> Iterator[Row]:
    """Yield the known vulnerabilities, with the age of the data, where there is a database of them."""
    sides = [side.vulnerabilities for side in outcome.sides]
    known = [side for side in sides if side is not None]
    if not known:
        return
    age = max(side.age for side in known)
    notes = [_moved(outcome.gone), f"data {human_days(age)} old"]
    for title, number in _COUNTS:
        before, after = ([_count(side, number) for side in sides] + ["-"])[:2]
        yield Row(title, before, after, "; ".join(filter(None, notes)))
        notes = []


def _moved(gone: Gone | None) -> str:
    if gone is None or gone.vulnerabilities is None:
        return ""
    return f"{gone.vulnerabilities:,} gone, {gone.new_vulnerabilities or 0:,} new"


def _count(side: ImageCounts | None, number: Callable[[ImageCounts], int]) -> str:
    if side is None:
        return "-"
    return f"at least {number(side):,}" if side.at_least else f"{number(side):,}"


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
