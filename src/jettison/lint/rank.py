"""The order in which findings are worth a person's time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jettison.findings import Effort, Finding, KnownVulnerabilities

# One scale for what cannot be compared otherwise: how many bytes of image weigh as much as one of each. A judgement,
# not a fact: a second is lost at every rebuild, bytes of context are sent but not shipped, and what is known to be
# exploited is worth any size.
SECOND: Final = 5e6
CONTEXT_BYTE: Final = 0.1
VULNERABILITY: Final = {"critical": 50e6, "high": 20e6, "medium": 5e6, "unknown": 2e6, "low": 1e6}
EXPLOITED: Final = 1e9
# What is only estimated, or an upper bound, may turn out to be little.
NOT_MEASURED: Final = 0.5
EFFORT: Final = {Effort.LOW: 1, Effort.MEDIUM: 2, Effort.HIGH: 3}


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings, most worth first: secrets in the image, then gain by effort, then severity.

    The gain: bytes, seconds, vulnerabilities and context on one scale; a measured one counts whole, any other half.
    """
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[int, float, int, int, int]:
    worth = gain(finding) / EFFORT[finding.effort]
    return -finding.impact.secrets, -worth, -finding.severity, finding.effort, finding.span.start


def gain(finding: Finding) -> float:
    """Return what a finding is worth, in bytes of image and what weighs as much."""
    impact = finding.impact
    size = _middle(impact.bytes_saved) + SECOND * _middle(impact.seconds_saved)
    sure = 1.0 if impact.basis == "measured" else NOT_MEASURED
    return sure * (size + CONTEXT_BYTE * _middle(impact.context_bytes)) + _risk(impact.vulnerabilities)


def _risk(known: KnownVulnerabilities | None) -> float:
    if known is None:
        return 0.0
    sure = NOT_MEASURED if known.at_most else 1.0
    return sure * (EXPLOITED * known.exploited + sum(VULNERABILITY.get(name, 0.0) * n for name, n in known.counts))


def _middle(pair: tuple[float, float] | None) -> float:
    return 0.0 if pair is None else (pair[0] + pair[1]) / 2
