"""The known vulnerabilities of two images, before and after, as one record for every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jettison.vulnerabilities.scan import ranked

if TYPE_CHECKING:
    from jettison.inventory.package import Package
    from jettison.vulnerabilities.vulnerability import Findings, Match


@dataclass(frozen=True, slots=True)
class Known:
    """What was found in both by the same data."""

    before: Findings
    after: Findings

    @property
    def gone(self) -> tuple[tuple[Package, Match], ...]:
        """Return each vulnerability of a package of the original that the other image has not, the gravest first."""
        return _only(self.before, self.after)

    @property
    def new(self) -> tuple[tuple[Package, Match], ...]:
        """Return what only the other image has."""
        return _only(self.after, self.before)

    @property
    def at_least(self) -> bool:
        """Return whether the true counts may be higher."""
        return self.before.at_least or self.after.at_least


def _only(one: Findings, other: Findings) -> tuple[tuple[Package, Match], ...]:
    there = {(match.vulnerability.id, other.packages[match.package].name) for match in other.matches}
    rows = [
        (one.packages[match.package], match)
        for match in one.matches
        if (match.vulnerability.id, one.packages[match.package].name) not in there
    ]
    return tuple(sorted(rows, key=lambda row: ranked(row[1])))
