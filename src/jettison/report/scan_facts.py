"""What all formats of a scan say in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jettison.report.units import counted, human_days
from jettison.vulnerabilities.severity import SEVERITIES

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Origin, Scan
    from jettison.vulnerabilities.vulnerability import Findings, Match

FORMATS: Final = {
    "text": "scan_text",
    "json": "scan_json",
    "sarif": "scan_sarif",
    "markdown": "scan_markdown",
    "html": "html.scan_page",
    "openvex": "scan_openvex",
    "cyclonedx": "scan_cyclonedx",
}


def headline(findings: Findings) -> str:
    """Return "12 vulnerabilities: 1 critical, 3 high", with "at least" where the data cannot say more."""
    counts = findings.counts()
    total = sum(counts.values())
    named = ", ".join(f"{counts[name]} {name}" for name in SEVERITIES if counts[name])
    word = "vulnerability" if total == 1 else "vulnerabilities"
    if total:
        return f"{'at least ' if findings.at_least else ''}{total} {word}: {named}"
    looked_up = sum(one.packages for one in findings.lookups if not one.why_not)
    if not looked_up and findings.scanners == ("jettison",):
        return "vulnerabilities were not looked up"
    # A bare 0 would sound like a promise.
    age = " by stale data" if findings.stale else ""
    return f"no known vulnerability{age} in the {counted(looked_up, 'package')} looked up"


def data_lines(findings: Findings) -> list[str]:
    """Return a line for each source of data with its age, the oldest first."""
    lines = []
    for one in sorted(findings.data, key=lambda source: (-source.age, source.name)):
        stale = ", stale" if one.stale else ""
        stale += ": counts are lower bounds" if one.stale and one.counted else ""
        lines.append(f"{one.name}: data of {one.dated[:10]} ({human_days(one.age)} old{stale})")
    return lines


def gap_lines(findings: Findings) -> list[str]:
    """Return a line for each kind of package of which nothing is known."""
    lines = []
    for one in findings.lookups:
        what = counted(one.packages, f"{one.type} package")
        if one.type == "generic":
            what = f"{counted(one.packages, 'program')} of no package"
        where = f" ({one.ecosystem})" if one.ecosystem else ""
        if one.why_not:
            lines.append(f"{what}{where} not looked up: {one.why_not}")
        elif one.not_comparable:
            lines.append(f"{one.not_comparable} of {what}{where} not compared: their version has no place in the order")
    return lines


def advice_lines(findings: Findings) -> list[str]:
    """Return what brings the data, where there is none at all."""
    if findings.data or not any(one.why_not for one in findings.lookups):
        return []
    return ["`jettison db update` fetches advisories, `jettison db import PATH` reads them from files"]


def origin_text(origin: Origin | None, layer: int | None) -> str:
    """Return where a package comes from: "line 4", "lines 4-9", "base", "layer 2" or ""."""
    if layer is None:
        return ""
    if origin is None:
        return f"layer {layer}"
    if origin.line is not None:
        return origin.where or f"line {origin.line}"
    return origin.text if origin.text == "base" else f"layer {layer}"


def fixes_all(matches: list[Match], scheme: str) -> str:
    """Return the version that fixes all that a package has a fix for, "" when nothing is fixed."""
    from jettison.vulnerabilities.versions import sort_key

    nearest = [match.fixed[0] for match in matches if match.fixed]
    known = [one for one in nearest if sort_key(scheme, one) is not None]
    if known:
        return max(known, key=lambda one: sort_key(scheme, one))
    return nearest[0] if nearest else ""


def scheme_of_package(scan: Scan, index: int) -> str:
    """Return the order of versions of a package."""
    from jettison.vulnerabilities.ecosystems import place_of

    return place_of(scan.findings.packages[index], scan.release).scheme


def rating(severity: str, score: float | None) -> str:
    """Return "high 7.5", or the word alone."""
    return f"{severity} {score:.1f}" if score is not None else severity
