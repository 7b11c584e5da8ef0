"""How many known vulnerabilities an image has, for reports on something else that only want the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jettison.vulnerabilities.age import DEFAULT_MAX_AGE

if TYPE_CHECKING:
    from jettison.inventory.inventory import Inventory


@dataclass(frozen=True, slots=True)
class ImageCounts:
    """counts: (severity, number), the worst first; exploited: those known to be.

    packages: all, looked_up: those that data speaks of. at_least: the true numbers may be higher.
    dated: day of the oldest data that was used, age: days since.
    """

    counts: tuple[tuple[str, int], ...]
    exploited: int
    packages: int
    looked_up: int
    at_least: bool
    dated: str
    age: int

    @property
    def total(self) -> int:
        """Return the number of all severities."""
        return sum(number for _, number in self.counts)

    def of(self, *severities: str) -> int:
        """Return the number of some severities."""
        return sum(number for name, number in self.counts if name in severities)


def count_inventory(inventory: Inventory) -> ImageCounts | None:
    """Return the counts of an image's packages; None without a database, or where it speaks of none of them.

    Raises:
        DatabaseError: the database is damaged.
    """
    from jettison.vulnerabilities.database import open_database
    from jettison.vulnerabilities.match import find
    from jettison.vulnerabilities.place import database_path

    database = open_database(database_path())
    if database is None:
        return None
    try:
        found = find(inventory, database, datetime.now(UTC), DEFAULT_MAX_AGE)
    finally:
        database.close()
    looked_up = sum(one.packages for one in found.lookups if not one.why_not)
    if not looked_up:
        return None
    oldest = max((source for source in found.data if source.counted), key=lambda source: source.age)
    exploited = len({match.vulnerability.id for match in found.matches if match.vulnerability.exploited})
    return ImageCounts(
        tuple(found.counts().items()), exploited, len(inventory.packages), looked_up, found.at_least, oldest.dated[:10], oldest.age
    )  # fmt: skip
