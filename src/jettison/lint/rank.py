"""The order in which findings are worth a person's time."""

from __future__ import annotations

from collections.abc import Iterable

from jettison.findings import Finding


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, most worth first: bytes, seconds, context bytes, severity, least effort."""
    return tuple(sorted(findings, key=_worth))


def _worth(finding: Finding) -> tuple[float, float, float, int, int, int]:
    impact = finding.impact
    return (
        -_middle(impact.bytes_saved),
        -_middle(impact.seconds_saved),
        -_middle(impact.context_bytes),
        -finding.severity,
        finding.effort,
        finding.span.start,
    )


def _middle(pair: tuple[float, float] | None) -> float:
    return 0.0 if pair is None else (pair[0] + pair[1]) / 2
