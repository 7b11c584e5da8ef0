"""A scan as CycloneDX 1.6: the bill of materials with its vulnerabilities and what was decided of them (VEX).

Source: CycloneDX specification 1.6, "vulnerabilities".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jettison.sbom.cyclonedx import PREFIX, bom_references, cyclonedx
from jettison.sbom.subject import Subject as SbomSubject
from jettison.terminal import Palette, safe_line
from jettison.vulnerabilities.scan import ranked

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match, Vulnerability

_METHODS: Final = {"CVSS:4.0": "CVSSv4", "CVSS:3.1": "CVSSv31", "CVSS:3.0": "CVSSv3"}


def render(scan: Scan, palette: Palette | None = None, everything: bool = True) -> str:
    """Return the document."""
    subject = scan.subject
    inventory = subject.inventory._replace(packages=scan.findings.packages)
    document = cyclonedx(inventory, SbomSubject(subject.name, subject.digest))
    references = bom_references(scan.findings.packages)
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for match in sorted(scan.findings.matches, key=ranked):
        state = "in_triage" if match.status == "undetermined" else "exploitable"
        _add(entries, match, references, {"state": state}, scan)
    for one in scan.findings.ignored:
        _add(entries, one.match, references, {"state": "not_affected", "detail": safe_line(one.reason)}, scan)
    document["vulnerabilities"] = list(entries.values())
    return json.dumps(document, indent=2) + "\n"


def _add(
    entries: dict[tuple[str, str], dict[str, Any]],
    match: Match,
    references: list[str],
    analysis: dict[str, str],
    scan: Scan,
) -> None:
    found = match.vulnerability
    key = (found.id, json.dumps(analysis, sort_keys=True))
    entry = entries.setdefault(key, _vulnerability(found, analysis))
    package = scan.findings.packages[match.package]
    affects: dict[str, Any] = {
        "ref": references[match.package],
        "versions": [{"version": safe_line(package.version), "status": "affected"}],
    }
    affects["versions"] += [{"version": safe_line(one), "status": "unaffected"} for one in match.fixed]
    entry["affects"].append(affects)
    if match.fixed:
        entry["recommendation"] = safe_line(f"update {package.name} to {match.fixed[0]}")


def _vulnerability(found: Vulnerability, analysis: dict[str, str]) -> dict[str, Any]:
    rating: dict[str, Any] = {"severity": found.severity}
    if found.score is not None:
        rating["score"] = found.score
        rating["method"] = _METHODS.get(found.vector.partition("/")[0], "CVSSv2" if found.vector else "other")
    if found.vector:
        rating["vector"] = safe_line(found.vector)
    entry: dict[str, Any] = {
        "id": safe_line(found.id),
        "references": [
            {"id": safe_line(one), "source": {"name": safe_line(one).partition("-")[0]}} for one in found.aliases
        ],
        "ratings": [rating],
        "description": safe_line(found.summary),
        "analysis": analysis,
        "affects": [],
        "properties": [{"name": f"{PREFIX}exploited", "value": found.exploited}] if found.exploited else [],
    }
    if found.url:
        entry["source"] = {"name": ", ".join(map(safe_line, found.sources)), "url": safe_line(found.url)}
    return {key: value for key, value in entry.items() if value or key == "affects"}
