"""How many known vulnerabilities an image has, for reports on something else that only want the figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from jettison.vulnerabilities.judgement import Judgement

if TYPE_CHECKING:
    from jettison.inventory.inventory import Inventory
    from jettison.vulnerabilities.vulnerability import Findings


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


class LookedUp(NamedTuple):
    """What is looked up. names: those under which a VEX document may speak of the image."""

    inventory: Inventory
    names: tuple[str, ...] = ()


def look_up(*images: LookedUp, judgement: Judgement) -> list[Findings]:
    """Return what is known of each and counts, all by one state of the data; nothing without a database.

    Raises:
        DatabaseError: the database is damaged.
    """
    from jettison.vulnerabilities.database import open_database
    from jettison.vulnerabilities.match import find

    database = open_database(judgement.database)
    if database is None:
        return []
    now = datetime.now(UTC)
    try:
        return [
            judgement.of(find(each.inventory, database, now, judgement.max_age), each.names, now) for each in images
        ]
    finally:
        database.close()


def counts_of(found: Findings) -> ImageCounts | None:
    """Return the counts of one image; None where the data speaks of none of its packages."""
    looked_up = sum(one.packages for one in found.lookups if not one.why_not)
    if not looked_up:
        return None
    oldest = max((source for source in found.data if source.counted), key=lambda source: source.age)
    exploited = len({match.vulnerability.id for match in found.matches if match.vulnerability.exploited})
    return ImageCounts(
        tuple(found.counts().items()), exploited, len(found.packages), looked_up, found.at_least, oldest.dated[:10], oldest.age
    )  # fmt: skip
