"""What another scanner found, joined with what we found: one row for each vulnerability of a package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jettison.inventory.package import Package
from jettison.inventory.purl import joined_name, parse_purl
from jettison.vulnerabilities.scanners.foreign import Foreign
from jettison.vulnerabilities.severity import UNKNOWN, by_score
from jettison.vulnerabilities.vulnerability import Findings, Match, Vulnerability


def join(findings: Findings, name: str, foreign: Sequence[Foreign], layers: Sequence[str]) -> Findings:
    """Return the findings with another scanner's. layers: diff ids, the lowest first, to place packages by."""
    packages = list(findings.packages)
    matches = list(findings.matches)
    places = {_key(package): index for index, package in reversed(list(enumerate(packages)))}
    rows: dict[tuple[int, str], int] = {}
    for number, match in enumerate(matches):
        rows.update(((match.package, one), number) for one in match.vulnerability.names)
    for found in foreign:
        package = _package(found, layers)
        index = places.get(_key(package))
        if index is None:
            index = places[_key(package)] = len(packages)
            packages.append(package)
        names = (found.id, *found.aliases)
        at = next((rows[(index, one)] for one in names if (index, one) in rows), -1)
        if at < 0:
            at = len(matches)
            matches.append(Match(index, _vulnerability(found, name), found.fixed, found.status))
        else:
            matches[at] = _joined(matches[at], found, name)
        rows.update(((index, one), at) for one in names)
    return replace(
        findings, packages=tuple(packages), matches=tuple(matches), scanners=(*findings.scanners, name)
    )  # fmt: skip


def _key(package: Package) -> tuple[str, str, str]:
    # Epochs and the letter v are written by some and left out by others.
    version = package.version.removeprefix("v").removeprefix("go")
    if package.type == "rpm":
        version = version.rpartition(":")[2]
    name = package.name.lower().replace("_", "-") if package.type == "pypi" else package.name
    return package.type, name if package.type != "maven" else name.rpartition(":")[2], version


def _package(found: Foreign, layers: Sequence[str]) -> Package:
    layer = layers.index(found.diff_id) if found.diff_id in layers else None
    purl = parse_purl(found.purl)
    if purl is None:
        return Package(found.type or "generic", found.name, found.version, path=found.path, layer=layer)
    name = joined_name(purl)
    version = found.version or purl.version
    namespace = "" if name != purl.name else purl.namespace
    return Package(purl.type, name, version, namespace, path=found.path, layer=layer)


def _vulnerability(found: Foreign, name: str) -> Vulnerability:
    cve = next((one for one in (found.id, *found.aliases) if one.startswith("CVE-")), found.id)
    aliases = tuple(sorted({one for one in (found.id, *found.aliases) if one != cve}))
    severity = found.severity
    if severity == UNKNOWN and found.score is not None:
        severity = by_score(found.score)
    return Vulnerability(
        cve, aliases, (), found.summary, severity, found.score, found.vector, found.url, sources=(name,)
    )


def _joined(match: Match, found: Foreign, name: str) -> Match:
    ours = match.vulnerability
    theirs = _vulnerability(found, name)
    known = ours.severity != UNKNOWN
    vulnerability = replace(
        ours,
        aliases=tuple(sorted(({*ours.aliases, *theirs.names}) - {ours.id})),
        summary=ours.summary or theirs.summary,
        severity=ours.severity if known else theirs.severity,
        score=ours.score if known else theirs.score,
        vector=ours.vector if known else theirs.vector,
        url=ours.url or theirs.url,
        sources=tuple(dict.fromkeys((*ours.sources, name))),
    )
    fixed = match.fixed or found.fixed
    return replace(match, vulnerability=vulnerability, fixed=fixed, status="fixed" if fixed else match.status)
