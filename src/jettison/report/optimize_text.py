"""The report of `jettison optimize` for a terminal: verdict, table, proof, findings, diff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.findings import Effort, Finding, Severity
from jettison.report.cells import WIDTH, fit, fit_end, pad, width, wrap
from jettison.report.impact import impact_brief, impact_text
from jettison.report.measured_rows import measured_rows
from jettison.report.units import factor, human_bytes, human_seconds, recorded_text
from jettison.terminal import Palette, safe, safe_line

if TYPE_CHECKING:
    from jettison.optimize.costs import LineCost
    from jettison.optimize.records import Outcome

MAX_FINDINGS: Final = 9
MAX_EVIDENCE: Final = 2
MAX_WRAPPED: Final = 4
PLACE: Final = 15
WORTH: Final = 30
MAX_COST_TEXT: Final = 60
NOT_UNDERSTOOD: Final = "  (not understood: kept)"
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
        _left(outcome, palette, all_findings),
        _table(outcome, palette),
        _proof(outcome, palette, all_findings),
        _attempts(outcome, palette),
    )
    return "\n".join("".join(f"{line}\n" for line in part) for part in map(list, parts) if part)


def _headline(outcome: Outcome, palette: Palette) -> Iterator[str]:
    style = _VERDICT_STYLE[outcome.verdict]
    yield f"{palette(fit_end(safe_line(outcome.dockerfile), WIDTH - 12), 'bold')}: {palette(outcome.verdict, style, 'bold')}"
    if outcome.before and outcome.after:
        yield (
            f"  {human_bytes(outcome.before.size_unpacked)} -> {human_bytes(outcome.after.size_unpacked)}"
            f" ({factor(outcome.before.size_unpacked, outcome.after.size_unpacked)})"
        )
    if outcome.recorded_at is not None:
        when = recorded_text(outcome.recorded_at)
        yield f"  {palette(f'proven by an earlier run, {when}, of the same content: --no-cache runs it anew', 'yellow')}"
    if outcome.engine:
        yield fit(f"  engine: {safe_line(outcome.engine)}, {human_seconds(outcome.seconds)} in all", WIDTH)
    if outcome.run_as:
        yield fit(f"  run as {safe_line(outcome.run_as)}", WIDTH)
    if outcome.unproven_reason:
        yield from (f"  {palette(line, 'yellow')}" for line in wrap(safe_line(outcome.unproven_reason), WIDTH - 2))
    for line in safe(outcome.build_failure).splitlines():
        yield fit(f"    | {line}", WIDTH)


def _costs(outcome: Outcome, palette: Palette, everything: bool) -> Iterator[str]:
    if not outcome.costs:
        return
    yield palette("What each line costs, measured on the original", "bold") + _cost_legend(outcome, 0, palette)
    yield from _cost_rows(outcome.costs, palette, everything)


def _left(outcome: Outcome, palette: Palette, everything: bool) -> Iterator[str]:
    if len(outcome.sides) < 2:
        return
    title = palette("What is left in the new image, by line of the new file", "bold")
    yield title + _cost_legend(outcome, 1, palette)
    yield from _cost_rows(outcome.sides[1].costs, palette, everything)


def _cost_legend(outcome: Outcome, number: int, palette: Palette) -> str:
    counts = outcome.sides[number].vulnerabilities if number < len(outcome.sides) else None
    if counts is None:
        return ""
    least = ", at least" if counts.at_least else ""
    return palette(f"  (vuln: known vulnerabilities{least})", "dim")


def _cost_rows(costs: tuple[LineCost, ...], palette: Palette, everything: bool) -> Iterator[str]:
    for cost in costs:
        small = cost.bytes < MIN_COST_BYTES and (cost.seconds or 0) < MIN_COST_SECONDS and not cost.vulnerabilities
        if small and cost.understood and not everything:
            continue
        line = "base" if cost.line is None else f"line {cost.line}"
        seconds = "" if cost.seconds is None else human_seconds(cost.seconds)
        known = "" if cost.vulnerabilities is None else f"{cost.vulnerabilities:>5} vuln"
        known = known if cost.vulnerabilities else " " * len(known)
        room = MAX_COST_TEXT - len(known) - (0 if cost.understood else len(NOT_UNDERSTOOD))
        text = fit(safe_line(cost.text), room)
        note = "" if cost.understood else palette(NOT_UNDERSTOOD, "yellow")
        yield f"  {palette(f'{line:<9}', 'cyan')}{human_bytes(cost.bytes):>10} {seconds:>8}{known}  {text}{note}"


def _findings(outcome: Outcome, palette: Palette, everything: bool) -> Iterator[str]:
    if not outcome.findings:
        return
    legend = "" if everything else palette("  (~ estimated, <= at most, >= at least; effort to change)", "dim")
    yield palette("What was found, by impact", "bold") + legend
    shown = outcome.findings if everything else outcome.findings[:MAX_FINDINGS]
    for finding in shown:
        yield from (_finding_whole if everything else _finding_row)(outcome, finding, palette)
    hidden = len(outcome.findings) - len(shown)
    if hidden:
        yield f"  ... and {hidden} more: --all, or `jettison check`"


def _finding_row(outcome: Outcome, finding: Finding, palette: Palette) -> Iterator[str]:
    worth, effort = fit(impact_brief(finding), WORTH), Effort.NAMES[finding.effort]
    message = fit(safe_line(finding.message), WIDTH - PLACE - WORTH - 12)
    yield f"  {_place(outcome, finding, palette)} {worth:<{WORTH}} {palette(f'{effort:<7}', 'dim')} {message}".rstrip()


def _finding_whole(outcome: Outcome, finding: Finding, palette: Palette) -> Iterator[str]:
    worth = f"[{impact_text(finding)}; effort {Effort.NAMES[finding.effort]}; {Severity.NAMES[finding.severity]}]"
    yield f"  {_place(outcome, finding, palette)} {fit(safe_line(finding.message), WIDTH - PLACE - 3)}"
    yield f"  {' ' * PLACE} {palette(worth, 'dim')}"


def _place(outcome: Outcome, finding: Finding, palette: Palette) -> str:
    return palette(pad(f"{finding.code} line {outcome.source.line(finding.span.start)}", PLACE), "cyan")


def _diff(outcome: Outcome, palette: Palette) -> Iterator[str]:
    if not outcome.diff:
        return
    yield palette("What changes", "bold")
    # Lines that end as on Windows stay so in the file.
    for line in safe(outcome.diff.replace("\r\n", "\n")).splitlines():
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
    rows = list(measured_rows(outcome))
    if not rows:
        return
    columns = [max(14, min(30, max(width(row[index]) for row in rows))) for index in (1, 2)]
    yield palette(f"{'Measured':<26}{'before':>{columns[0]}}{'after':>{columns[1] + 2}}", "bold")
    for row in rows:
        yield f"{row.title:<26}{_right(row.before, columns[0])}  {_right(row.after, columns[1])}  {row.gain}".rstrip()


def _right(text: str, columns: int) -> str:
    shown = fit(text, columns)
    return " " * (columns - width(shown)) + shown


def _proof(outcome: Outcome, palette: Palette, everything: bool) -> Iterator[str]:
    if outcome.proof is None:
        return
    yield palette("Proof", "bold")
    for claim in outcome.proof.claims:
        verdict = palette(f"{claim.verdict:<11}", _VERDICT_STYLE[claim.verdict])
        title = fit(safe_line(claim.title), WIDTH - 14)
        brief = f"{title}: {'; '.join(map(safe_line, claim.evidence))}"
        if claim.verdict == "proven" and not everything:
            yield f"  {verdict} {fit(brief, WIDTH - 14) if claim.evidence else title}"
            continue
        yield f"  {verdict} {title}"
        shown = claim.evidence if everything else claim.evidence[:MAX_EVIDENCE]
        for evidence in shown:
            yield from _dim(evidence, 14, palette)
        if len(shown) < len(claim.evidence):
            yield palette(f"{'':14}... and {len(claim.evidence) - len(shown)} more: --all", "dim")


def _attempts(outcome: Outcome, palette: Palette) -> Iterator[str]:
    for note in outcome.notes:
        yield from _dim(note, 0, palette)
    for backed in outcome.backed_out:
        yield fit(f"Backed out {safe_line(backed.change)}: {safe_line(backed.claim)}", WIDTH)
        for line in backed.evidence[:MAX_EVIDENCE]:
            yield from _dim(line, 2, palette)
    for attempt in outcome.attempts:
        if attempt.outcome != "proven" or attempt.reason:
            what = f"{attempt.outcome}, {attempt.reason}" if attempt.reason else attempt.outcome
            yield from _dim(f"Tried {attempt.title}: {what}", 0, palette)


def _dim(text: str, indent: int, palette: Palette) -> Iterator[str]:
    """Yield a text of input in as many lines as it needs, up to a bound."""
    lines = wrap(safe_line(text), WIDTH - indent, 2)
    for line in lines[:MAX_WRAPPED]:
        yield " " * indent + palette(line, "dim")
