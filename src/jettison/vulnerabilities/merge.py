"""Advisories that speak of the same vulnerability under different names, made one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jettison.vulnerabilities.advisory import Advisory
from jettison.vulnerabilities.database import Database
from jettison.vulnerabilities.severity import UNKNOWN, worst
from jettison.vulnerabilities.vulnerability import Vulnerability

# The name that people search for goes first.
_ORDER = ("CVE-", "GHSA-")


@dataclass(frozen=True, slots=True)
class Hit:
    """An advisory that a package's version is affected by. fixed: the version that ends the affected range, or ""."""

    advisory: Advisory
    source: str
    fixed: str
    status: str


def groups(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Return the hits in groups that share a name, in the order of the first of each."""
    group_of: dict[str, list[Hit]] = {}
    for hit in hits:
        names = (hit.advisory.id, *hit.advisory.aliases)
        joined: list[Hit] = []
        for group in {id(group_of[name]): group_of[name] for name in names if name in group_of}.values():
            joined += group
        joined.append(hit)
        for one in joined:
            group_of.update(dict.fromkeys((one.advisory.id, *one.advisory.aliases), joined))
    return list({id(group): group for group in group_of.values()}.values())


def merged(group: Sequence[Hit], database: Database | None) -> Vulnerability:
    """Return the vulnerability that a group of hits is about."""
    names = dict.fromkeys(name for hit in group for name in (hit.advisory.id, *hit.advisory.aliases))
    # A database's own name for a CVE says nothing beside it.
    shown = [name for name in names if not any(other != name and _renames(name, other) for other in names)]
    first = min(shown, key=lambda name: (next((n for n, p in enumerate(_ORDER) if name.startswith(p)), 9), name))
    related = dict.fromkeys(cve for hit in group for cve in hit.advisory.related if cve not in names)
    severity, score, vector = _severity([hit.advisory for hit in group], names, related, database)
    exploited, ransomware = _exploited((*names, *related), database)
    likelihood, percentile = _likelihood((*names, *related), database)
    return Vulnerability(
        first,
        tuple(sorted(name for name in shown if name != first)),
        tuple(sorted(related)),
        next((hit.advisory.summary for hit in group if hit.advisory.summary), ""),
        severity,
        score,
        vector,
        next((hit.advisory.url for hit in group if hit.advisory.url), ""),
        min((hit.advisory.published for hit in group if hit.advisory.published), default=""),
        tuple(sorted({hit.source for hit in group})),
        exploited,
        ransomware,
        likelihood,
        percentile,
    )


def _renames(name: str, other: str) -> bool:
    return name.partition("/")[0].endswith(f"-{other}")


def _severity(
    advisories: Sequence[Advisory], names: Iterable[str], related: Iterable[str], database: Database | None
) -> tuple[str, float | None, str]:
    scored = [one for one in advisories if one.score is not None]
    if scored:
        best = max(scored, key=lambda one: one.score or 0)
        return best.severity, best.score, best.vector
    said = [one.severity for one in advisories if one.severity != UNKNOWN]
    if said:
        return worst(said), None, ""
    # Another database may have rated the same vulnerability, in whatever package.
    if database is not None:
        for name in (*names, *related):
            stated = database.severities(name)
            if stated:
                return stated[0]
    return UNKNOWN, None, ""


def _exploited(names: Iterable[str], database: Database | None) -> tuple[str, bool]:
    entries = [entry for name in names if database is not None and (entry := database.exploited(name)) is not None]
    return (min(date for date, _ in entries), any(used for _, used in entries)) if entries else ("", False)


def _likelihood(names: Iterable[str], database: Database | None) -> tuple[float | None, float | None]:
    entries = [entry for name in names if database is not None and (entry := database.likelihood(name)) is not None]
    return max(entries) if entries else (None, None)
