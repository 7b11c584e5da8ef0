"""The outcome of `jettison optimize` as JSON, format version 1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jettison.report.check_json import finding_data

if TYPE_CHECKING:
    from jettison.optimize.costs import LineCost
    from jettison.optimize.records import Outcome
    from jettison.proof.claims import Proof
    from jettison.proof.measure import Measurement
    from jettison.vulnerabilities.image_counts import ImageCounts

VERSION = 1


def render_json(outcome: Outcome) -> str:
    """Return the outcome as JSON text, ASCII only."""
    chosen = outcome.chosen
    data = {
        "version": VERSION,
        "dockerfile": outcome.dockerfile,
        "verdict": outcome.verdict,
        "unproven_reason": outcome.unproven_reason,
        "engine": outcome.engine,
        "seconds": outcome.seconds,
        "run_as": outcome.run_as or None,
        "recorded_at": outcome.recorded_at,
        "findings": [finding_data(outcome.source, finding) for finding in outcome.findings],
        "lines": _lines(outcome.costs),
        "lines_after": _lines(outcome.sides[1].costs if len(outcome.sides) > 1 else ()),
        "candidate": None if chosen is None else chosen.name,
        "changes": [{"id": change.id, "title": change.title} for change in outcome.changes],
        "diff": outcome.diff,
        "before": measurement_data(outcome.before),
        "after": measurement_data(outcome.after),
        "vulnerabilities": [vulnerability_data(side.vulnerabilities) for side in outcome.sides],
        "packages": [side.packages for side in outcome.sides],
        "gone": None if outcome.gone is None else {
            "packages": outcome.gone.packages,
            "new_packages": outcome.gone.new_packages,
            "vulnerabilities": outcome.gone.vulnerabilities,
            "exploited": outcome.gone.exploited,
            "new_vulnerabilities": outcome.gone.new_vulnerabilities,
        },
        "stops": [
            {
                "changes": [change.id for change in stop.changes],
                "size_unpacked": stop.size_unpacked,
                "context_bytes": stop.context_bytes,
                "packages": stop.packages,
                "vulnerabilities": stop.vulnerabilities,
            }
            for stop in outcome.stops
        ],
        "claims": claims_data(outcome.proof),
        "notes": list(outcome.notes),
        "attempts": [
            {
                "candidate": attempt.candidate,
                "without": list(attempt.without),
                "outcome": attempt.outcome,
                "reason": attempt.reason,
                "size_unpacked": attempt.size_unpacked,
            }
            for attempt in outcome.attempts
        ],
        "backed_out": [
            {"change": b.change, "claim": b.claim, "evidence": list(b.evidence)} for b in outcome.backed_out
        ],
    }  # fmt: skip
    return json.dumps(data, indent=2) + "\n"


def _lines(costs: tuple[LineCost, ...]) -> list[dict[str, Any]]:
    return [
        {
            "line": cost.line,
            "bytes": cost.bytes,
            "seconds": cost.seconds,
            "understood": cost.understood,
            "vulnerabilities": cost.vulnerabilities,
        }
        for cost in costs
    ]


def claims_data(proof: Proof | None) -> list[dict[str, Any]]:
    """Return the claims of a proof."""
    return [
        {"id": claim.id, "title": claim.title, "verdict": claim.verdict, "evidence": list(claim.evidence)}
        for claim in (proof.claims if proof is not None else ())
    ]


def vulnerability_data(counts: ImageCounts | None) -> dict[str, Any] | None:
    """Return the known vulnerabilities of one image, None where no data speaks of its packages."""
    if counts is None:
        return None
    return {
        "counts": dict(counts.counts),
        "exploited": counts.exploited,
        "packages": counts.packages,
        "looked_up": counts.looked_up,
        "counts_are": "at least" if counts.at_least else "exact",
        "data_of": counts.dated,
        "data_age_days": counts.age,
    }


def measurement_data(measured: Measurement | None) -> dict[str, Any] | None:
    """Return the figures of one image: bytes and seconds."""
    if measured is None:
        return None
    return {
        "size_unpacked": measured.size_unpacked,
        "size_compressed": measured.size_compressed,
        "layers": measured.layers,
        "context_bytes": measured.context_bytes,
        "cold_build_seconds": measured.cold_build_seconds,
        "rebuild_seconds": measured.rebuild_seconds,
        "dependency_rebuild_seconds": measured.dependency_seconds,
        "user": measured.user,
        "on_sigterm": measured.stop_text,
    }
