"""The report of `jettison optimize` for a terminal: verdict, table, proof, findings, diff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding, Severity
from jettison.report.units import factor, human_bytes, human_seconds
from jettison.terminal import Palette, safe, safe_line

if TYPE_CHECKING:
    from jettison.optimize.records import Outcome
    from jettison.proof.measure import Measurement

MAX_FINDINGS: Final = 12
MAX_EVIDENCE: Final = 2
MAX_COST_TEXT: Final = 60
# What is less than this is left out of the table of lines, unless all is asked for.
MIN_COST_BYTES: Final = 100_000
MIN_COST_SECONDS: Final = 0.5
_VERDICT_STYLE: Final = {
    "proven": "green",
    "not proven": "yellow",
    "unchanged": "green",
    "refused": "red",
    "refuted": "red",
}


def render_outcome(outcome: Outcome, palette: Palette, all_findings: bool = False) -> str:
    """Return the whole report; every text that comes from input is made safe."""
    parts = (
        _headline(outcome, palette),
        _costs(outcome, palette, all_findings),
        _findings(outcome, palette, all_findings),
        _diff(outcome, palette),
        _table(outcome, palette),
        _proof(outcome, palette),
        _attempts(outcome, palette),
    )
    return "\n".join("".join(f"{line}\n" for line in part) for part in map(list, parts) if part)


def _headline(outcome: Outcome, palette: Palette) -> Iterator[str]:
    style = _VERDICT_STYLE[outcome.verdict]
    yield f"{palette(safe_line(outcome.dockerfile), 'bold')}: {palette(outcome.verdict, style, 'bold')}"
    if outcome.before and outcome.after:
        yield (
            f"  {human_bytes(outcome.before.size_unpacked)} -> {human_bytes(outcome.after.size_unpacked)}"
            f" ({factor(outcome.before.size_unpacked, outcome.after.size_unpacked)})"
        )
    if outcome.engine:
        yield f"  engine: {safe_line(outcome.engine)}, {human_seconds(outcome.seconds)} in all"
    if outcome.unproven_reason:
        yield f"  {palette(safe_line(outcome.unproven_reason), 'yellow')}"
    for line in safe(outcome.build_failure).splitlines():
        yield f"    | {line}"


def _costs(outcome: Outcome, palette: Palette, everything: bool) -> Iterator[str]:
    if not outcome.costs:
        return
    yield palette("What each line costs, measured on the original", "bold")
    shown = outcome.costs
    if not everything:
        shown = tuple(cost for cost in shown if cost.bytes >= MIN_COST_BYTES or (cost.seconds or 0) >= MIN_COST_SECONDS)
    for cost in shown:
        line = "base" if cost.line is None else f"line {cost.line}"
        seconds = "" if cost.seconds is None else human_seconds(cost.seconds)
        yield f"  {palette(f'{line:<9}', 'cyan')}{human_bytes(cost.bytes):>10}{seconds:>9}  {safe_line(cost.text)[:MAX_COST_TEXT]}"


def _findings(outcome: Outcome, palette: Palette, everything: bool) -> Iterator[str]:
    if not outcome.findings:
        return
    yield palette("What was found, by impact", "bold")
    shown = outcome.findings if everything else outcome.findings[:MAX_FINDINGS]
    for finding in shown:
        yield "  " + _finding_line(outcome, finding, palette)
    hidden = len(outcome.findings) - len(shown)
    if hidden:
        yield f"  ... and {hidden} more: `jettison check` lists them all"


def _finding_line(outcome: Outcome, finding: Finding, palette: Palette) -> str:
    line = outcome.source.line(finding.span.start)
    effort = Effort.NAMES[finding.effort]
    severity = Severity.NAMES[finding.severity]
    return (
        f"{palette(f'{finding.code} line {line}', 'cyan'):<12} {safe_line(finding.message)}"
        f"  {palette(f'[{impact_text(finding)}; effort {effort}; {severity}]', 'dim')}"
    )


def impact_text(finding: Finding) -> str:
    """Return what a finding is worth in words, with its basis; never a bare estimate."""
    impact = finding.impact
    gains = []
    if impact.bytes_saved:
        gains.append(_range(impact.bytes_saved, human_bytes))
    if impact.seconds_saved:
        gains.append(f"{_range(impact.seconds_saved, human_seconds)} a rebuild")
    if impact.context_bytes:
        gains.append(f"{_range(impact.context_bytes, human_bytes)} of context")
    return f"{impact.basis} {', '.join(gains)}" if gains else "no size claim"


def _range(pair: tuple[float, float], unit: Callable[[float], str]) -> str:
    low, high = unit(pair[0]), unit(pair[1])
    return low if low == high else f"{low} to {high}"


def _diff(outcome: Outcome, palette: Palette) -> Iterator[str]:
    if not outcome.diff:
        return
    yield palette("What changes", "bold")
    for line in safe(outcome.diff).splitlines():
        if line.startswith(("+++", "---")):
            yield palette(line, "bold")
        elif line.startswith("+"):
            yield palette(line, "green")
        elif line.startswith("-"):
            yield palette(line, "red")
        elif line.startswith("@@"):
            yield palette(line, "cyan")
        else:
            yield line


def _table(outcome: Outcome, palette: Palette) -> Iterator[str]:
    if outcome.before is None:
        return
    yield palette(f"{'Measured':<26}{'before':>14}{'after':>14}", "bold")
    for title, value, difference in _ROWS:
        before = value(outcome.before)
        after = value(outcome.after) if outcome.after else None
        if before is None and after is None:
            continue
        yield f"{title:<26}{_cell(before, difference):>14}{_cell(after, difference):>14}  {_gain(before, after, difference)}"


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


def _proof(outcome: Outcome, palette: Palette) -> Iterator[str]:
    if outcome.proof is None:
        return
    yield palette("Proof", "bold")
    for claim in outcome.proof.claims:
        verdict = palette(f"{claim.verdict:<11}", _VERDICT_STYLE[claim.verdict])
        yield f"  {verdict} {safe_line(claim.title)}"
        for evidence in claim.evidence[:MAX_EVIDENCE]:
            yield f"              {palette(safe_line(evidence), 'dim')}"


def _attempts(outcome: Outcome, palette: Palette) -> Iterator[str]:
    for backed in outcome.backed_out:
        yield f"Backed out {palette(safe_line(backed.change), 'yellow')}: {safe_line(backed.claim)}"
        yield from (f"  {safe_line(line)}" for line in backed.evidence[:MAX_EVIDENCE])
    for attempt in outcome.attempts:
        if attempt.outcome != "proven":
            yield palette(
                f"Tried {safe_line(attempt.candidate)}: {attempt.outcome}, {safe_line(attempt.reason)}", "dim"
            )
