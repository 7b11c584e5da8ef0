"""The known vulnerabilities of both images of an optimisation, where there is a database to look them up in."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.optimize.records import Outcome
    from jettison.report.known import Known

MAX_AGE_DAYS: Final = 7


def known_of(outcome: Outcome) -> Known | None:
    """Return what is known of both images; None without a database, or without two images.

    A database that cannot be used is said on standard error: the optimisation counts without it.
    """
    from jettison.errors import JettisonError
    from jettison.report.known import Known
    from jettison.vulnerabilities.database import open_database
    from jettison.vulnerabilities.match import find
    from jettison.vulnerabilities.place import database_path
    from jettison.vulnerabilities.scan import nothing_looked_up

    if len(outcome.sides) < 2:
        return None
    now = datetime.now(UTC)
    try:
        database = open_database(database_path())
        if database is None:
            return None
        try:
            before, after = (find(side.seen.inventory, database, now, MAX_AGE_DAYS) for side in outcome.sides)
        finally:
            database.close()
    except JettisonError as error:
        sys.stderr.write(f"jettison: vulnerabilities were not looked up: {safe_line(str(error))}\n")
        return None
    # A count of what was never looked up would read as "none".
    return None if nothing_looked_up(before) else Known(before, after)
