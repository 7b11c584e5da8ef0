"""The known vulnerabilities before and after, as lines and JSON values that several reports show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from jettison.report.scan_facts import data_lines, gap_lines, rating
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.inventory.package import Package
    from jettison.report.known import Known
    from jettison.vulnerabilities.vulnerability import Findings, Match

_WORST: Final = ("critical", "high")


def count_rows(known: Known) -> Iterator[tuple[str, str, str]]:
    """Yield (what, before, after): all, the worst, and those known to be exploited where there are any."""
    before, after = known.before, known.after
    yield "known vulnerabilities", _total(before), _total(after)
    yield "  critical or high", _worst(before), _worst(after)
    if _exploited(before) or _exploited(after):
        yield "  known to be exploited", f"{_exploited(before):,}", f"{_exploited(after):,}"


def _total(findings: Findings) -> str:
    return f"{'at least ' if findings.at_least else ''}{sum(findings.counts().values()):,}"


def _worst(findings: Findings) -> str:
    counts = findings.counts()
    return f"{sum(counts[name] for name in _WORST):,}"


def _exploited(findings: Findings) -> int:
    return len({match.vulnerability.id for match in findings.matches if match.vulnerability.exploited})


def note_lines(known: Known) -> list[str]:
    """Return the age of the data, and of which packages nothing is known on either side."""
    lines = dict.fromkeys((*data_lines(known.before), *data_lines(known.after)))
    before, after = gap_lines(known.before), gap_lines(known.after)
    gaps = [line if line in after else f"before: {line}" for line in before]
    gaps += [f"after: {line}" for line in after if line not in before]
    return [*gaps, *lines]


def change_line(package: Package, match: Match) -> str:
    """Return one vulnerability that went or came, not yet safe to print."""
    found = match.vulnerability
    mark = ", known to be exploited" if found.exploited else ""
    fixed = f", fixed in {match.fixed[0]}" if match.fixed else ""
    return f"{found.id} ({rating(found.severity, found.score)}{mark}) of {package.name} {package.version}{fixed}"


def known_data(known: Known) -> dict[str, Any]:
    """Return everything as JSON values, safe."""
    return {
        "before": _side(known.before),
        "after": _side(known.after),
        "gone": [_match(*row) for row in known.gone],
        "new": [_match(*row) for row in known.new],
    }


def _side(findings: Findings) -> dict[str, Any]:
    return {
        "total": sum(findings.counts().values()),
        "counts": findings.counts(),
        "counts_are": "at least" if findings.at_least else "exact",
        "exploited": _exploited(findings),
        "data": [
            {"name": safe_line(one.name), "dated": one.dated, "age_days": one.age, "stale": one.stale}
            for one in findings.data
        ],
        "not_looked_up": [safe_line(line) for line in gap_lines(findings)],
    }


def _match(package: Package, match: Match) -> dict[str, Any]:
    found = match.vulnerability
    return {
        "id": safe_line(found.id),
        "severity": found.severity,
        "score": found.score,
        "exploited_since": found.exploited or None,
        "type": package.type,
        "package": safe_line(package.name),
        "version": safe_line(package.version),
        "fixed": [safe_line(one) for one in match.fixed],
    }
