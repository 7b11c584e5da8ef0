"""From the packages of an image to their known vulnerabilities. Only the inventory is asked, never a layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from jettison.inventory.inventory import Inventory
from jettison.inventory.package import DISTRIBUTION_TYPES, Package
from jettison.vulnerabilities.advisory import Affected, holds
from jettison.vulnerabilities.age import data_sources
from jettison.vulnerabilities.database import Database
from jettison.vulnerabilities.ecosystems import Place, place_of, scheme_of
from jettison.vulnerabilities.merge import Hit, groups, merged
from jettison.vulnerabilities.versions import sort_key
from jettison.vulnerabilities.vulnerability import Findings, Lookup, Match, Update

NO_DATA: Final = "no data was imported for it"
FIXED: Final = "fixed"
NOT_FIXED: Final = "not fixed"
MAVEN: Final = "Maven"
# RPM module streams have their own versions; a package outside of modules is not the one that was fixed in one.
_MODULE: Final = ".module"
# What a distribution lists but does not count as a vulnerability.
_NOT_COUNTED: Final = frozenset({"unimportant"})


def find(inventory: Inventory, database: Database | None, now: datetime, max_age: int) -> Findings:
    """Return what is known of an inventory's packages; max_age: days after which data counts as stale."""
    covered = database.ecosystems() if database is not None else {}
    indexed = database.indexed() if database is not None else frozenset()
    matches: list[Match] = []
    updates: list[Update] = []
    counts: Counter[tuple[str, str, str]] = Counter()
    vague: Counter[tuple[str, str]] = Counter()
    for index, package in enumerate(inventory.packages):
        place = place_of(package, inventory.release)
        ecosystems = _present(place.ecosystems, covered)
        why_not = place.why_not or ("" if ecosystems else NO_DATA)
        shown = ecosystems[0] if ecosystems else ", ".join(place.ecosystems)
        counts[(package.type, shown, why_not)] += 1
        if database is None:
            continue
        if ecosystems and sort_key(place.scheme, place.version) is None:
            vague[(package.type, shown)] += 1
        for ecosystem in ecosystems:
            matches += _matches(index, place, ecosystem, database)
        if package.type in DISTRIBUTION_TYPES:
            updates += _updates(index, package, _present(place.ecosystems, indexed), database)
    lookups = tuple(
        Lookup(kind, ecosystem, number, why_not, covered.get(ecosystem, ()), vague[(kind, ecosystem)])
        for (kind, ecosystem, why_not), number in sorted(counts.items())
    )
    used = {name for lookup in lookups if not lookup.why_not for name in lookup.sources}
    data = data_sources(database, now, max_age, used) if database is not None else ()
    return Findings(inventory.packages, tuple(matches), tuple(updates), lookups, data)


def _present(wanted: Sequence[str], known: Any) -> list[str]:
    """Return which of the wanted ecosystems are known; "X*" stands for all that begin with X."""
    for one in wanted:
        found = [name for name in sorted(known) if name.startswith(one[:-1])] if one.endswith("*") else []
        if found or one in known:
            return found or [one]
    return []


def _names(place: Place, ecosystem: str, database: Database) -> tuple[str, ...]:
    """Return the names under which advisories may speak of a package.

    Many archives of Java do not tell their group. Then every group's artifact of that name is meant, unless the name
    is one word that several groups use (core, server).
    """
    if ecosystem != MAVEN or ":" in place.name:
        return (place.name,)
    known = database.artifacts(ecosystem).get(place.name, ())
    return known if len(known) == 1 or "-" in place.name or "." in place.name else ()


def _matches(index: int, place: Place, ecosystem: str, database: Database) -> list[Match]:
    hits = []
    for name in _names(place, ecosystem, database):
        for advisory, affected, source in database.advisories(ecosystem, name):
            if affected.status in _NOT_COUNTED:
                continue
            fixed = affects(affected, place.version, place.scheme)
            if fixed is not None:
                hits.append(Hit(advisory, source, fixed, affected.status))
    return [_match(index, place, group, database) for group in groups(hits)]


def _match(index: int, place: Place, group: list[Hit], database: Database) -> Match:
    fixed = {hit.fixed for hit in group if hit.fixed}
    order = sorted(fixed, key=lambda one: (sort_key(place.scheme, one) is None, sort_key(place.scheme, one) or 0))
    status = FIXED if fixed else next((hit.status for hit in group if hit.status), NOT_FIXED)
    return Match(index, merged(group, database), tuple(order), status)


def affects(affected: Affected, version: str, scheme: str) -> str | None:
    """Return None when a version is not affected, else the version that fixes it ("" when none is known)."""
    key = sort_key(scheme, version)
    if key is None:
        # What cannot be compared is affected only when it is named.
        return "" if version in affected.versions else None
    order = partial(sort_key, scheme)
    if any(holds(clause, key, order) for clause in affected.safe):
        return None
    within = [clause for clause in affected.when if holds(clause, key, order) and _same_stream(clause, version)]
    if not within and not any(one == version or order(one) == key for one in affected.versions):
        return None
    ends = [bound for clause in within or affected.when for operator, bound in clause if operator == "<"]
    ends += [bound for clause in affected.safe for operator, bound in clause if operator in (">=", "=")]
    later = [bound for bound in ends if (other := order(bound)) is not None and other > key]
    return min(later, key=order) if later else ""


def _same_stream(clause: Any, version: str) -> bool:
    fixed = next((bound for operator, bound in clause if operator == "<"), "")
    return not fixed or (_MODULE in fixed) == (_MODULE in version)


def _updates(index: int, package: Package, ecosystems: list[str], database: Database) -> list[Update]:
    for ecosystem in ecosystems:
        scheme = scheme_of(ecosystem)
        key = sort_key(scheme, package.version)
        offered = [(sort_key(scheme, one), one) for one in database.available(ecosystem, package.name)]
        newer = [(other, one) for other, one in offered if key is not None and other is not None and other > key]
        if newer:
            return [Update(index, max(newer, key=lambda pair: pair[0])[1])]
    return []
