"""The outcome of `jettison optimize` as Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.report.impact import impact_text
from jettison.report.markdown import cell, fenced, folded, plain, table
from jettison.report.measured_rows import measured_rows
from jettison.report.units import factor, human_bytes, recorded_text
from jettison.terminal import safe

if TYPE_CHECKING:
    from jettison.optimize.records import Outcome

MAX_DIFF_LINES: Final = 400
MAX_EVIDENCE: Final = 4
MAX_FINDINGS: Final = 30


def render_outcome_markdown(outcome: Outcome) -> str:
    """Return the report; every text that comes from input is made plain, secrets are masked in the diff."""
    return "\n".join(part for part in _parts(outcome) if part)


def _parts(outcome: Outcome) -> Iterator[str]:
    before, after = outcome.before, outcome.after
    gain = ""
    if before and after:
        sizes = (before.size_unpacked, after.size_unpacked)
        gain = f", {human_bytes(sizes[0])} → {human_bytes(sizes[1])} ({factor(*sizes)})"
    yield f"## {plain(outcome.dockerfile)}: {outcome.verdict}{gain}\n"
    if outcome.recorded_at is not None:
        yield f"Proven by an earlier run, {recorded_text(outcome.recorded_at)}, of the same content.\n"
    if outcome.unproven_reason:
        yield f"{plain(outcome.unproven_reason)}\n"
    if outcome.build_failure:
        yield fenced(safe(outcome.build_failure), "text", MAX_DIFF_LINES)
    rows = [(plain(title), cell(old), cell(new), cell(gained)) for title, old, new, gained in measured_rows(outcome)]
    if rows:
        yield table(("measured", "before:", "after:", ""), rows)
    if outcome.diff:
        yield "".join(f"- {cell(change.title)}\n" for change in outcome.changes)
        yield folded("the change", fenced(safe(outcome.diff.replace("\r\n", "\n")), "diff", MAX_DIFF_LINES))
    yield _proof(outcome)
    yield _tried(outcome)
    yield _findings(outcome)


def _proof(outcome: Outcome) -> str:
    if outcome.proof is None:
        return ""
    rows = [
        (claim.verdict, cell(claim.title), "<br>".join(cell(text) for text in claim.evidence[:MAX_EVIDENCE]))
        for claim in outcome.proof.claims
    ]
    return "### Proof\n\n" + table(("verdict", "claim", "evidence"), rows)


def _tried(outcome: Outcome) -> str:
    rows = [
        (attempt.outcome, cell(attempt.title), human_bytes(attempt.size_unpacked or 0), cell(attempt.reason))
        for attempt in outcome.attempts
    ]
    if not rows:
        return ""
    backed = "".join(f"\n- taken back: {cell(b.change)}, {cell(b.claim)}" for b in outcome.backed_out)
    return folded("what was tried", table(("outcome", "candidate", "bytes:", "why"), rows) + backed)


def _findings(outcome: Outcome) -> str:
    rows = [
        (str(outcome.source.line(f.span.start)), cell(f.code), cell(f.message), cell(impact_text(f)))
        for f in outcome.findings[:MAX_FINDINGS]
    ]
    if not rows:
        return ""
    return folded(f"{len(outcome.findings)} findings", table(("line:", "rule", "finding", "worth"), rows))
