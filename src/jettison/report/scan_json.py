"""The result of `jettison scan` as versioned JSON; docs/scan.schema.json describes it. No secret's value is in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jettison import __version__
from jettison.findings import Severity
from jettison.report.scan_facts import origin_text
from jettison.report.secrets_json import secret_data
from jettison.terminal import Palette, safe_line
from jettison.vulnerabilities.scan import ranked

if TYPE_CHECKING:
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match

VERSION: Final = 1


def render(scan: Scan, palette: Palette | None = None, everything: bool = True) -> str:
    """Return the result as JSON text, ASCII only."""
    return json.dumps(data_of(scan), indent=2) + "\n"


def data_of(scan: Scan) -> dict[str, Any]:
    """Return the result as JSON values."""
    findings, release = scan.findings, scan.release
    data: dict[str, Any] = {
        "version": VERSION,
        "tool": f"jettison {__version__}",
        "name": safe_line(scan.subject.name),
        "kind": scan.subject.kind,
        "digest": scan.subject.digest,
        "distribution": None
        if release is None
        else {
            "id": release.id,
            "version": release.version,
            "name": safe_line(release.name),
            "end_of_life": release.end_of_life or None,
        },
        "scanners": list(scan.kinds),
    }
    if "vuln" in scan.kinds:
        data |= {
            "sources": list(findings.scanners),
            "data": [
                {"name": safe_line(one.name), "dated": one.dated, "age_days": one.age, "stale": one.stale, "entries": one.entries}
                for one in findings.data
            ],
            "lookups": [
                {
                    "type": one.type,
                    "ecosystem": safe_line(one.ecosystem),
                    "packages": one.packages,
                    "looked_up": not one.why_not,
                    "why_not": one.why_not or None,
                    "not_comparable": one.not_comparable,
                }
                for one in findings.lookups
            ],
            "counts_are": "at least" if findings.at_least else "exact",
            "counts": findings.counts(),
            "notes": [safe_line(note) for note in findings.notes],
            "vulnerabilities": [_match(scan, match) for match in sorted(findings.matches, key=ranked)],
            "updates": [
                {**_package(scan, one.package), "available": safe_line(one.version)} for one in findings.updates
            ],
            "ignored": [
                {**_match(scan, one.match), "reason": safe_line(one.reason), "by": safe_line(one.by)} for one in findings.ignored
            ],
        }  # fmt: skip
    if "secret" in scan.kinds:
        data |= {"secrets": secret_data(scan.subject.secrets), "secrets_note": safe_line(scan.subject.secrets_note)}
    if "practice" in scan.kinds:
        data["practice"] = [
            {
                "id": c.id,
                "title": safe_line(c.title),
                "severity": Severity.NAMES[c.severity],
                "detail": safe_line(c.detail),
            }
            for c in scan.subject.practice
        ]
    return data


def _match(scan: Scan, match: Match) -> dict[str, Any]:
    found = match.vulnerability
    return {
        "id": safe_line(found.id),
        "aliases": [safe_line(one) for one in found.aliases],
        "related": [safe_line(one) for one in found.related],
        "severity": found.severity,
        "score": found.score,
        "vector": safe_line(found.vector) or None,
        "exploited_since": found.exploited or None,
        "ransomware": found.ransomware,
        "epss": found.likelihood,
        "epss_percentile": found.percentile,
        "summary": safe_line(found.summary),
        "url": safe_line(found.url) or None,
        "published": found.published or None,
        "sources": [safe_line(one) for one in found.sources],
        "status": safe_line(match.status),
        "fixed": [safe_line(one) for one in match.fixed],
        **_package(scan, match.package),
    }


def _package(scan: Scan, index: int) -> dict[str, Any]:
    package = scan.findings.packages[index]
    origin = scan.origin(index)
    return {
        "package": {
            "type": package.type,
            "name": safe_line(package.name),
            "version": safe_line(package.version),
            "source": safe_line(package.source_name) or None,
            "purl": safe_line(package.purl),
            "path": safe_line(package.path) or None,
            "layer": package.layer,
            "line": origin.line if origin else None,
            "from": origin_text(origin, package.layer) or None,
        }
    }
