"""How bad a vulnerability is: one of six names, by its CVSS vector or by the words of those who published it."""

from __future__ import annotations

from typing import Final

from jettison.vulnerabilities import cvss2, cvss3, cvss4

UNKNOWN: Final = "unknown"
# The worst first.
SEVERITIES: Final = ("critical", "high", "medium", "low", "none", UNKNOWN)
MAX_VECTOR: Final = 512
# Words of Red Hat and its heirs, GitHub, Ubuntu and Debian.
_WORDS: Final = {
    "critical": "critical",
    "important": "high",
    "high": "high",
    "moderate": "medium",
    "medium": "medium",
    "low": "low",
    "minor": "low",
    "negligible": "low",
    "unimportant": "low",
    "none": "none",
}


def score_of(vector: str) -> float | None:
    """Return the score of a CVSS vector of any version, 0.0 to 10.0; None when it is none."""
    if len(vector) > MAX_VECTOR:
        return None
    text = vector.strip().strip("()")
    prefix, _, rest = text.partition("/")
    known = prefix.startswith("CVSS:")
    pairs = (pair.partition(":") for pair in (rest if known else text).split("/"))
    metrics = {name: value for name, _, value in pairs}
    if prefix == "CVSS:4.0":
        return cvss4.score(metrics)
    if prefix in ("CVSS:3.0", "CVSS:3.1"):
        return cvss3.base_score(metrics)
    return cvss2.base_score(metrics) if not known or prefix == "CVSS:2.0" else None


def by_score(score: float) -> str:
    """Return the name of a score's range (CVSS v3.1 and v4.0, "Qualitative Severity Rating Scale")."""
    if score >= 9.0:
        return "critical"
    if score >= 7.0:
        return "high"
    if score >= 4.0:
        return "medium"
    return "low" if score > 0 else "none"


def by_word(word: str) -> str:
    """Return the severity that a publisher's word means."""
    return _WORDS.get(word.strip().lower().rstrip("*"), UNKNOWN)


def worst(names: list[str]) -> str:
    """Return the worst of some severities; unknown only when nothing else is said."""
    return min(names, key=SEVERITIES.index, default=UNKNOWN)
