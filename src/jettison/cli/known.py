"""The known vulnerabilities of images, where there is a database to look them up in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.inventory.inventory import Inventory
    from jettison.report.known import Known
    from jettison.vulnerabilities.vulnerability import Findings


def known_of_both(before: Inventory, after: Inventory) -> Known | None:
    """Return what is known of two inventories; None without a database, or where it speaks of one of them at most."""
    from jettison.report.known import Known
    from jettison.vulnerabilities.scan import nothing_looked_up

    found = _looked_up(before, after)
    # A count of what was never looked up would read as "none".
    unknown = [side for side, one in zip(("first", "second"), found, strict=False) if nothing_looked_up(one)]
    if len(unknown) == 1:
        sys.stderr.write(f"jettison: vulnerabilities are not compared: no data speaks of the {unknown[0]} image\n")
    return Known(*found) if found and not unknown else None


def known_of_one(inventory: Inventory) -> Findings | None:
    """Return what is known of an inventory; None without a database.

    Where no advisory speaks of a package, it is only known which have a security update.
    """
    return next(iter(_looked_up(inventory)), None)


def _looked_up(*inventories: Inventory) -> list[Findings]:
    """Return what is known of each, all by one state of the data; nothing without a database.

    What the files with exceptions of this folder name is not counted. A database that cannot be used is said on
    standard error: everything else counts without it.
    """
    from jettison.errors import JettisonError
    from jettison.vulnerabilities.exemptions import read_exemptions
    from jettison.vulnerabilities.image_counts import look_up

    exemptions = read_exemptions(None)
    try:
        return look_up(*inventories, exemptions=exemptions)
    except JettisonError as error:
        sys.stderr.write(f"jettison: vulnerabilities were not looked up: {safe_line(str(error))}\n")
        return []
