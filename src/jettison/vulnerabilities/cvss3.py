"""CVSS 3.0 and 3.1: the base score of a vector.

Source: FIRST, CVSS v3.1 specification, sections 7.1 and 7.4, appendix A (rounding up).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WEIGHTS: Final = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES: Final = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def base_score(metrics: Mapping[str, str]) -> float | None:
    """Return the base score, None when a base metric is missing or unknown."""
    scope = metrics.get("S", "")
    weight = {name: values.get(metrics.get(name, "")) for name, values in _WEIGHTS.items()}
    av, ac, ui, c, i, a = weight.values()
    pr = _PRIVILEGES.get(scope, {}).get(metrics.get("PR", ""))
    if av is None or ac is None or ui is None or c is None or i is None or a is None or pr is None:
        return None
    base = 1 - (1 - c) * (1 - i) * (1 - a)
    impact = 6.42 * base if scope == "U" else 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * av * ac * pr * ui
    return _round_up(min((1.0 if scope == "U" else 1.08) * (impact + exploitability), 10))


def _round_up(value: float) -> float:
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
