"""What a finding is worth, in words."""

from __future__ import annotations

from collections.abc import Callable

from jettison.findings import Finding, KnownVulnerabilities
from jettison.report.units import counted, human_bytes, human_days, human_seconds


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
    counted = [counted_text(finding)] if impact.vulnerabilities or impact.secrets else []
    claims = [f"{impact.basis} {', '.join(gains)}"] if gains else []
    return "; ".join((*claims, *counted)) or "no size claim"


def counted_text(finding: Finding) -> str:
    """Return what was counted in the image: secrets, vulnerabilities with the age of the data; "" for nothing."""
    secrets, known = finding.impact.secrets, finding.impact.vulnerabilities
    parts = [f"{counted(secrets, 'secret')} in the image"] if secrets else []
    if known is not None:
        graded = ", ".join(f"{number} {name}" for name, number in known.counts)
        also = f", {known.exploited} known to be exploited" if known.exploited else ""
        parts.append(f"{_number(known)} {_word(known)} ({graded}{also}; data {human_days(known.age)} old)")
    return ", ".join(parts)


def _number(known: KnownVulnerabilities) -> str:
    """Return how many; of what old data knows and an advice may leave, neither bound is one."""
    if known.at_most:
        return f"up to {known.total}"
    return f"at least {known.total}" if known.at_least else str(known.total)


def _word(known: KnownVulnerabilities) -> str:
    return "known vulnerability" if known.total == 1 else "known vulnerabilities"


def impact_brief(finding: Finding) -> str:
    """Return the largest gain of a finding for a column: ~ is estimated, <= an upper bound that was measured."""
    impact = finding.impact
    if impact.secrets:
        return "a secret" if impact.secrets == 1 else f"{impact.secrets} secrets"
    mark = {"measured": "", "measured at most": "<= ", "attributed": ""}.get(impact.basis, "~ ")
    if impact.bytes_saved:
        also = f", {_few(impact.vulnerabilities)} vuln" if impact.vulnerabilities is not None else ""
        return _brief(mark, impact.bytes_saved, human_bytes) + also
    if impact.seconds_saved:
        return f"{_brief(mark, impact.seconds_saved, human_seconds)}/rebuild"
    if impact.context_bytes:
        return f"{_brief(mark, impact.context_bytes, human_bytes)} of context"
    return _counted_brief(impact.vulnerabilities) if impact.vulnerabilities is not None else ""


def _counted_brief(known: KnownVulnerabilities) -> str:
    return f"{_few(known)} {'vulnerability' if known.total == 1 else 'vulnerabilities'}"


def _few(known: KnownVulnerabilities) -> str:
    return f"{'<= ' if known.at_most else '>= ' if known.at_least else ''}{known.total}"


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
