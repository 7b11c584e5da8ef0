"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

MAX_NAME = 64


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that is one or two typing errors away, or None.

    Distance: optimal string alignment (insert, delete, replace, swap neighbours); two errors are
    allowed from six characters on.
    """
    best, least = None, 1 + (len(name) >= 6) + 1
    if len(name) > MAX_NAME:
        return None
    for other in names:
        if other == name or abs(len(other) - len(name)) >= least or len(other) > MAX_NAME:
            continue
        distance = _distance(name.lower(), other.lower())
        if distance < least:
            best, least = other, distance
    return best


def _distance(a: str, b: str) -> int:
    older: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        older, row, above = row, [i], older
        for j, right in enumerate(b, 1):
            cost = min(older[j] + 1, row[j - 1] + 1, older[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
