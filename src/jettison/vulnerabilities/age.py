"""How old data is. An old count is a lower bound, and is called one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from jettison.vulnerabilities.database import Database
from jettison.vulnerabilities.vulnerability import DataSource

# Publishers write every day; what is a week old misses what attackers read first.
DEFAULT_MAX_AGE: Final = 7


def days_since(date: str, now: datetime) -> int:
    """Return whole days from an ISO date or time to now, never less than 0."""
    try:
        then = datetime.fromisoformat(date)
    except ValueError:
        return 0
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0, (now - then).days)


def data_sources(
    database: Database, now: datetime, max_age: int, used: set[str] | None = None
) -> tuple[DataSource, ...]:
    """Return the sources with their age; used: only these of the advisories, and all of the other kinds."""
    found = []
    for source in database.sources():
        if used is not None and source.format == "advisories" and source.name not in used:
            continue
        age = days_since(source.dated, now)
        counted = "advisories" in source.format
        exploits = "exploited" in source.format.split(",")
        found.append(DataSource(source.name, source.dated, age, age > max_age, source.entries, counted, exploits))
    return tuple(found)
