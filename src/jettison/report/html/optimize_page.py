"""`jettison optimize ... --html FILE`: before and after, what changes, the proof and what was tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from jettison.findings import Effort, Severity
from jettison.image.compare import packages_between
from jettison.report.html.compare_page import change_figure, package_changes
from jettison.report.html.contents import Contents, contents
from jettison.report.html.maps import HATCH, SEARCH, pair, treemap
from jettison.report.html.page import render_page
from jettison.report.html.parts import (
    Cell,
    Column,
    Html,
    Number,
    badge,
    bar,
    code,
    esc,
    figure,
    figures,
    join,
    section,
    size,
    table,
    whole,
)
from jettison.report.html.sections import severity_badge
from jettison.report.html.text_parts import claims, diff, log
from jettison.report.html.vulnerability_section import vulnerability_changes, vulnerability_figure
from jettison.report.impact import impact_text
from jettison.report.known import Known
from jettison.report.secrets_text import place_of_secret
from jettison.report.units import factor, human_bytes, human_seconds
from jettison.secretscan.findings import DEFAULT_LEVEL, at_level

if TYPE_CHECKING:
    from jettison.optimize.records import Outcome, Side

VERDICT_TONE: Final = {
    "proven": "good", "unchanged": "good", "not proven": "warn", "not built": "bad", "refused": "bad", "refuted": "bad",
}  # fmt: skip
SIDES: Final = ("before", "after")


def render_outcome_page(outcome: Outcome) -> str:
    """Return the page; every text that comes from input is made safe, and no secret of the Dockerfile is in it."""
    known = _known(outcome)
    held = [_contents(name, side) for name, side in zip(SIDES, outcome.sides, strict=False)]
    parts = (
        _figures(outcome, known),
        _reason(outcome),
        SEARCH if held else Html(""),
        _bytes(outcome, held),
        _lines(outcome),
        _changes(outcome),
        _proof(outcome),
        _packages(outcome),
        vulnerability_changes(known) if known is not None else Html(""),
        _secrets(outcome),
        _attempts(outcome),
        _findings(outcome),
    )
    data: dict[str, Any] = {"images": [each.data for each in held]}
    return render_page(outcome.dockerfile, "What jettison optimize did, and the proof", "".join(parts), data)


def _known(outcome: Outcome) -> Known | None:
    """Return the known vulnerabilities of both images, None where there was no data on both."""
    found = [side.known for side in outcome.sides if side.known is not None and side.vulnerabilities is not None]
    return Known(*found) if len(found) == 2 else None


def _contents(name: str, side: Side) -> Contents:
    labels = {cost.line: cost.text for cost in side.costs if cost.line is not None}
    seen = side.inspection
    return contents(name, seen.image, seen.waste, seen.origins, labels)


def _figures(outcome: Outcome, known: Known | None) -> Html:
    items = [figure("Verdict", outcome.verdict, outcome.engine or "no engine", VERDICT_TONE[outcome.verdict])]
    before, after = outcome.before, outcome.after
    if before and after:
        items += [
            change_figure("Size", before.size_unpacked, after.size_unpacked, "bytes"),
            change_figure("Compressed", before.size_compressed, after.size_compressed, "bytes"),
            _seconds("Cold build", before.cold_build_seconds, after.cold_build_seconds),
            _seconds("Rebuild, one line", before.rebuild_seconds, after.rebuild_seconds),
            change_figure("Build context", before.context_bytes, after.context_bytes, "bytes"),
            figure("Runs as", after.user or "root", f"before {before.user or 'root'}", "" if after.user else "bad"),
        ]
        if len(outcome.sides) == 2:
            counts = [len(side.inspection.inventory.packages) for side in outcome.sides]
            items.append(change_figure("Packages", counts[0], counts[1]))
        if known is not None:
            items.append(vulnerability_figure(known))
    elif before:
        items.append(figure("Size", human_bytes(before.size_unpacked)))
    return figures(items)


def _seconds(label: str, before: float | None, after: float | None) -> Html:
    if before is None or after is None:
        return figure(label, "-")
    gain = factor(before, after)
    tone = "good" if "less" in gain else "bad" if "more" in gain else ""
    return figure(label, human_seconds(after), f"before {human_seconds(before)}" + (f", {gain}" if gain else ""), tone)


def _reason(outcome: Outcome) -> Html:
    if not outcome.unproven_reason and not outcome.build_failure:
        return Html("")
    body = log(outcome.build_failure) if outcome.build_failure else Html("")
    return section("reason", "Why it is not proven", body, outcome.unproven_reason)


def _bytes(outcome: Outcome, held: list[Contents]) -> Html:
    if not held:
        return Html("")
    known = [any(origin.line is not None for origin in side.inspection.origins) for side in outcome.sides]
    notes = " ".join(dict.fromkeys(each.note for each in held if each.note))
    if len(held) == 1:
        body = treemap(0, "Treemap of the original", known[0], known[0])
        return section("bytes", "Where the bytes are", join([HATCH, body]), notes)
    names = (f"before: {human_bytes(held[0].data['total'])}", f"after: {human_bytes(held[1].data['total'])}")
    intro = f"By line of each Dockerfile, on one scale: the same area is the same number of bytes. {notes}"
    return section("bytes", "Where the bytes are", join([HATCH, pair(names, (known[0], known[1]))]), intro.strip())


def _lines(outcome: Outcome) -> Html:
    if not outcome.sides:
        return Html("")
    tables = [
        f"<div><h3>{name}</h3>{_cost_table(side, outcome.sides)}</div>"
        for name, side in zip(SIDES, outcome.sides, strict=False)
    ]
    intro = "Measured: the bytes of each line's layer and the seconds of its step in a build without cache."
    return section("lines", "Bytes and build time by line", Html(f'<div class="pair">{"".join(tables)}</div>'), intro)


def _cost_table(side: Side, sides: tuple[Side, ...]) -> Html:
    largest = max(1, *(cost.bytes for each in sides for cost in each.costs))
    slowest = max(0.001, *(cost.seconds or 0.0 for each in sides for cost in each.costs))

    counted = any(cost.vulnerabilities is not None for cost in side.costs)

    def rows() -> Iterator[tuple[Cell, ...]]:
        for cost in side.costs:
            seconds = Number(cost.seconds, human_seconds(cost.seconds)) if cost.seconds is not None else None
            yield (
                "base" if cost.line is None else Number(cost.line, str(cost.line)),
                code(cost.text, 160),
                Html(f"{bar((cost.bytes / largest, 'base' if cost.line is None else 'own'))}"),
                size(cost.bytes),
                Html(f"{bar(((cost.seconds or 0.0) / slowest, 'good'))}") if seconds else "",
                seconds or "",
                *((whole(cost.vulnerabilities) if cost.vulnerabilities else "",) if counted else ()),
            )

    columns = (
        Column("Line", "n"), Column("Instruction", "path"), Column("", "share"), Column("Bytes", "n"),
        Column("", "share"), Column("Build", "n"), *((Column("Vuln.", "n"),) if counted else ()),
    )  # fmt: skip
    return table(columns, rows(), "Cost of each line")


def _changes(outcome: Outcome) -> Html:
    if not outcome.diff:
        return Html("")
    chosen = outcome.chosen
    items = "".join(f"<li>{esc(change.title)}</li>" for change in outcome.changes)
    body = join([Html(f"<ul>{items}</ul>") if items else Html(""), diff(outcome.diff)])
    return section("changes", "What changes", body, chosen.title if chosen else "")


def _proof(outcome: Outcome) -> Html:
    if outcome.proof is None:
        return Html("")
    rows = [(claim.verdict, claim.title, claim.evidence) for claim in outcome.proof.claims]
    return section(
        "proof", "Proof", claims(rows, VERDICT_TONE), "Each claim with what was measured or compared for it."
    )


def _packages(outcome: Outcome) -> Html:
    if len(outcome.sides) < 2:
        return Html("")
    before, after = (side.inspection for side in outcome.sides)
    return package_changes(packages_between(before, after))


def _secrets(outcome: Outcome) -> Html:
    found = [at_level(side.inspection.secrets, DEFAULT_LEVEL) for side in outcome.sides]
    if len(found) < 2 or not any(found):
        return Html("")
    left = {(secret.detector, secret.path) for secret in found[1]}
    rows = [
        (
            badge("still there", "bad") if (secret.detector, secret.path) in left else badge("gone", "good"),
            severity_badge(secret.severity),
            secret.title,
            code(secret.masked),
            place_of_secret(secret),
        )
        for secret in found[0]
    ]
    columns = (
        Column("Now", "nw"), Column("Severity", "nw"), Column("Kind", "path"), Column("Shown as"), Column("Where", "wide"),
    )  # fmt: skip
    intro = (
        f"{len(found[0])} in the original, {len(found[1])} in the result. What was pushed once must be replaced anyway."
    )
    return section("secrets", "Secrets", table(columns, rows, "Secrets"), intro)


def _attempts(outcome: Outcome) -> Html:
    if not outcome.attempts and not outcome.backed_out:
        return Html("")
    rows = (
        (
            badge(attempt.outcome, VERDICT_TONE.get(attempt.outcome, "plain")),
            attempt.candidate + (f", without {', '.join(attempt.without)}" if attempt.without else ""),
            size(attempt.size_unpacked) if attempt.size_unpacked is not None else "",
            attempt.reason,
        )
        for attempt in outcome.attempts
    )
    columns = (Column("Outcome", "nw"), Column("Candidate"), Column("Bytes", "n"), Column("Why", "wide"))
    backed = [
        (b.claim.partition(":")[0], f"{b.change}: {b.claim.partition(': ')[2]}", b.evidence) for b in outcome.backed_out
    ]
    body = [table(columns, rows, "Candidates")]
    if backed:
        body += [Html("<h3>Taken back</h3>"), claims(backed, VERDICT_TONE)]
    return section("tried", "What was tried", join(body), "Every candidate that was built, the losers with the reason.")


def _findings(outcome: Outcome) -> Html:
    if not outcome.findings:
        return Html("")
    rows = (
        (
            whole(outcome.source.line(finding.span.start)),
            severity_badge(Severity.NAMES[finding.severity]),
            finding.code,
            finding.message,
            impact_text(finding),
            Effort.NAMES[finding.effort],
        )
        for finding in outcome.findings
    )
    columns = (
        Column("Line", "n"), Column("Severity", "nw"), Column("Rule", "nw"), Column("Finding", "path"),
        Column("Worth"), Column("Effort", "nw"),
    )  # fmt: skip
    return section("findings", "What was found", table(columns, rows, "Findings"), "The largest impact first.")
