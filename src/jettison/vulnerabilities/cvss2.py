"""CVSS 2.0: the base score of a vector.

Source: FIRST, "A Complete Guide to the Common Vulnerability Scoring System Version 2.0", section 3.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WEIGHTS: Final = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.660},
    "I": {"N": 0.0, "P": 0.275, "C": 0.660},
    "A": {"N": 0.0, "P": 0.275, "C": 0.660},
}


def base_score(metrics: Mapping[str, str]) -> float | None:
    """Return the base score, None when a base metric is missing or unknown."""
    weight = {name: values.get(metrics.get(name, "")) for name, values in _WEIGHTS.items()}
    av, ac, au, c, i, a = weight.values()
    if av is None or ac is None or au is None or c is None or i is None or a is None:
        return None
    impact = 10.41 * (1 - (1 - c) * (1 - i) * (1 - a))
    exploitability = 20 * av * ac * au
    score = (0.6 * impact + 0.4 * exploitability - 1.5) * (1.176 if impact else 0.0)
    return int(score * 10 + 0.5 + 1e-9) / 10
