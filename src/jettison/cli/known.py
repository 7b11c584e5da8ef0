"""The known vulnerabilities of two images, where there is a database to look them up in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.inventory.inventory import Inventory
    from jettison.optimize.records import Outcome
    from jettison.report.known import Known

MAX_AGE_DAYS: Final = 7


def known_of(outcome: Outcome) -> Known | None:
    """Return what is known of both images; None without a database, or without two images."""
    if len(outcome.sides) < 2:
        return None
    return known_of_both(*(side.seen.inventory for side in outcome.sides))


def known_of_both(before: Inventory, after: Inventory) -> Known | None:
    """Return what is known of two inventories; None without a database, or where it speaks of neither.

    A database that cannot be used is said on standard error: everything else counts without it.
    """
    from jettison.errors import JettisonError
    from jettison.report.known import Known
    from jettison.vulnerabilities.database import open_database
    from jettison.vulnerabilities.match import find
    from jettison.vulnerabilities.place import database_path
    from jettison.vulnerabilities.scan import nothing_looked_up

    now = datetime.now(UTC)
    try:
        database = open_database(database_path())
        if database is None:
            return None
        try:
            found = [find(inventory, database, now, MAX_AGE_DAYS) for inventory in (before, after)]
        finally:
            database.close()
    except JettisonError as error:
        sys.stderr.write(f"jettison: vulnerabilities were not looked up: {safe_line(str(error))}\n")
        return None
    # A count of what was never looked up would read as "none".
    unknown = [side for side, one in zip(("first", "second"), found, strict=True) if nothing_looked_up(one)]
    if unknown:
        if len(unknown) == 1:
            sys.stderr.write(f"jettison: vulnerabilities are not compared: no data speaks of the {unknown[0]} image\n")
        return None
    return Known(*found)
