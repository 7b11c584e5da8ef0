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


def impact_brief(finding: Finding) -> str:
    """Return the largest gain of a finding for a column: ~ is estimated, <= an upper bound that was measured."""
    impact = finding.impact
    mark = {"measured": "", "measured at most": "<= ", "attributed": ""}.get(impact.basis, "~ ")
    if impact.bytes_saved:
        return _brief(mark, impact.bytes_saved, human_bytes)
    if impact.seconds_saved:
        return f"{_brief(mark, impact.seconds_saved, human_seconds)}/rebuild"
    if impact.context_bytes:
        return f"{_brief(mark, impact.context_bytes, human_bytes)} of context"
    return ""


def _brief(mark: str, pair: tuple[float, float], unit: Callable[[float], str]) -> str:
    low, high = (unit(value).removesuffix(" 00 s") for value in pair)
    if low == high or mark == "<= ":
        return mark + high
    # One unit is enough where both have the same.
    number, _, name = low.rpartition(" ")
    return f"{mark}{number if high.split()[1:] == [name] else low} - {high}"


def _range(pair: tuple[float, float], unit: Callable[[float], str]) -> str:
    low, high = unit(pair[0]), unit(pair[1])
    return low if low == high else f"{low} to {high}"
