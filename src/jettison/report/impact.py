"""What a finding is worth, in words."""

from __future__ import annotations

from collections.abc import Callable

from jettison.findings import Finding
from jettison.report.units import human_bytes, human_seconds


def impact_text(finding: Finding) -> str:
    """Return what a finding is worth with its basis; never a bare estimate."""
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
