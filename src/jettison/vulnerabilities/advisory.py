"""One advisory as every format is brought into, and the conditions under which a version is affected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

# All comparisons of a clause must hold: ((">=", "1.0"), ("<", "1.2.3")).
Clause = tuple[tuple[str, str], ...]
_HOLDS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
OPERATORS: Final = frozenset(_HOLDS)


@dataclass(frozen=True, slots=True)
class Affected:
    """Which versions of one package are affected.

    when: any of these clauses makes a version affected; versions: so does being listed here;
    safe: any of these clauses makes it unaffected, whatever the others say.
    status: what the distribution says of the fix ("no-dsa", "ignored", ...), "" when it says nothing.
    """

    ecosystem: str
    package: str
    when: tuple[Clause, ...] = ()
    versions: tuple[str, ...] = ()
    safe: tuple[Clause, ...] = ()
    status: str = ""


@dataclass(frozen=True, slots=True)
class Advisory:
    """id: the publisher's name; aliases: other names of the same; related: what it is about besides (an update's CVEs).

    score: CVSS of `vector`, None when there is none; published, modified: ISO dates, "" when unknown.
    """

    id: str
    affected: tuple[Affected, ...]
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    summary: str = ""
    severity: str = "unknown"
    score: float | None = None
    vector: str = ""
    url: str = ""
    published: str = ""
    modified: str = ""


def holds(clause: Clause, version: Any, key: Callable[[str], Any]) -> bool:
    """Return whether a version's sort key fulfils a clause; a bound that is no version fulfils nothing."""
    for operator, bound in clause:
        # "0" is the beginning of every range, whatever the scheme makes of it.
        if operator == ">=" and bound == "0":
            continue
        other = key(bound)
        if other is None or not _HOLDS[operator](version, other):
            return False
    return True
