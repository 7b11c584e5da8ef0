"""CVSS 4.0: the score of a vector, by interpolation between the macro vectors' scores.

Source: FIRST, CVSS v4.0 specification, section 8; its tables are in cvss4.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import product
from typing import Any, Final

_BASE: Final = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")
_WORST: Final = {"E": "A", "CR": "H", "IR": "H", "AR": "H"}
# Steps of each metric from its worst value on; the specification counts them as 0.1.
_LEVELS: Final = {
    "AV": "NALP", "PR": "NLH", "UI": "NPA", "AC": "LH", "AT": "NP", "VC": "HLN", "VI": "HLN", "VA": "HLN",
    "SC": "SHLN", "SI": "SHLN", "SA": "SHLN", "CR": "HML", "IR": "HML", "AR": "HML", "E": "APU",
}  # fmt: skip
_GROUPS: Final = (
    ("AV", "PR", "UI"),
    ("AC", "AT"),
    ("VC", "VI", "VA", "CR", "IR", "AR"),
    ("SC", "SI", "SA"),
)


def score(metrics: Mapping[str, str]) -> float | None:
    """Return the score, None when a base metric is missing or a value unknown."""
    value = _effective(metrics)
    if value is None:
        return None
    if all(value[name] == "N" for name in _GROUPS[2][:3] + _GROUPS[3]):
        return 0.0
    macro = _macro(value)
    scores: dict[str, float] = _tables()["scores"]
    top = scores.get("".join(map(str, macro)))
    if top is None:
        return None
    distances = _distances(value, macro)
    drops = [
        (top - lower) * distance / depth
        for lower, distance, depth in zip(_lower(macro, scores), distances, _depths(macro), strict=True)
        if lower is not None
    ]
    mean = sum(drops) / len(drops) if drops else 0.0
    return int(max(0.0, min(10.0, top - mean)) * 10 + 0.5 + 1e-6) / 10


def _effective(metrics: Mapping[str, str]) -> dict[str, str] | None:
    """Return each metric with its environment's value, and the worst where none is given."""
    found = {}
    for name in (*_BASE, *_WORST):
        stated = metrics.get(name, "X" if name in _WORST else "")
        changed = metrics.get(f"M{name}", "X")
        value = changed if changed != "X" and name in _BASE else stated
        if value == "X":
            value = _WORST.get(name, "")
        if not value or value not in _LEVELS[name]:
            return None
        found[name] = value
    return found


def _macro(v: Mapping[str, str]) -> tuple[int, ...]:
    easy = [v["AV"] == "N", v["PR"] == "N", v["UI"] == "N"]
    eq1 = 0 if all(easy) else 1 if any(easy) and v["AV"] != "P" else 2
    eq2 = 0 if v["AC"] == "L" and v["AT"] == "N" else 1
    high = [v[name] == "H" for name in ("VC", "VI", "VA")]
    eq3 = 0 if high[0] and high[1] else 1 if any(high) else 2
    safety = "S" in (v["SI"], v["SA"])
    eq4 = 0 if safety else 1 if "H" in (v["SC"], v["SI"], v["SA"]) else 2
    eq5 = "APU".index(v["E"])
    wanted = [v[name] == "H" for name in ("CR", "IR", "AR")]
    eq6 = 0 if any(a and b for a, b in zip(wanted, high, strict=True)) else 1
    return eq1, eq2, eq3, eq4, eq5, eq6


def _lower(macro: tuple[int, ...], scores: Mapping[str, float]) -> Iterator[float | None]:
    """Yield the score of the next lower macro vector for EQ1, EQ2, EQ3 with EQ6, EQ4 and EQ5."""

    def at(*steps: int) -> float | None:
        return scores.get("".join(str(a + b) for a, b in zip(macro, steps, strict=True)))

    yield at(1, 0, 0, 0, 0, 0)
    yield at(0, 1, 0, 0, 0, 0)
    if macro[2] == 0 and macro[5] == 0:
        both = [one for one in (at(0, 0, 0, 0, 0, 1), at(0, 0, 1, 0, 0, 0)) if one is not None]
        yield max(both, default=None)
    elif macro[2] == 1 and macro[5] == 0:
        yield at(0, 0, 0, 0, 0, 1)
    else:
        yield at(0, 0, 1, 0, 0, 0)
    yield at(0, 0, 0, 1, 0, 0)
    yield at(0, 0, 0, 0, 1, 0)


def _distances(value: Mapping[str, str], macro: tuple[int, ...]) -> tuple[int, ...]:
    """Return the steps from the first fitting highest vector of the same macro vector, by group."""
    highest = _tables()["highest"]
    choices = (
        highest["eq1"][macro[0]],
        highest["eq2"][macro[1]],
        highest["eq3eq6"][f"{macro[2]}{macro[5]}"],
        highest["eq4"][macro[3]],
    )
    for parts in product(*choices):
        top = dict(metric.split(":") for part in parts for metric in part.split("/"))
        steps = {name: _LEVELS[name].index(value[name]) - _LEVELS[name].index(top[name]) for name in top}
        if all(step >= 0 for step in steps.values()):
            return (*(sum(steps[name] for name in group) for group in _GROUPS), 0)
    return 0, 0, 0, 0, 0


def _depths(macro: tuple[int, ...]) -> tuple[int, ...]:
    depth = _tables()["depth"]
    return (
        depth["eq1"][macro[0]],
        depth["eq2"][macro[1]],
        depth["eq3eq6"][f"{macro[2]}{macro[5]}"],
        depth["eq4"][macro[3]],
        1,
    )


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    text = resources.files("jettison.vulnerabilities").joinpath("cvss4.toml").read_text()
    data = tomllib.loads(text)
    words = data["scores"].split()
    data["scores"] = dict(zip(words[::2], map(float, words[1::2]), strict=True))
    return data
