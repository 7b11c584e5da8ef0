"""A scan as SARIF 2.1.0: one rule for each vulnerability, one result for each package that has it.

Code scanning wants a file and a line: the Dockerfile's where one was named, else the image's name and the first line.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from jettison import __version__
from jettison.findings import Severity
from jettison.report.scan_facts import origin_text, rating
from jettison.report.secrets_text import place_of_secret
from jettison.terminal import Palette, safe_line
from jettison.vulnerabilities.scan import ranked

if TYPE_CHECKING:
    from jettison.image.checkpoints import Checkpoint
    from jettison.secretscan.findings import SecretFinding
    from jettison.vulnerabilities.scan import Scan
    from jettison.vulnerabilities.vulnerability import Match, Vulnerability

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_RESULTS: Final = 25_000
_LEVELS: Final = {"critical": "error", "high": "error", "medium": "warning"}
# Code scanning sorts by this number; words without a score get the middle of their range.
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "none": "0.0", "unknown": "5.0"}
_PRACTICE: Final = ("note", "note", "warning", "error")


def render(scan: Scan, palette: Palette | None = None, everything: bool = True) -> str:
    """Return one run with all results, no more than code scanning accepts."""
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for match in sorted(scan.findings.matches, key=ranked):
        rules.setdefault(match.vulnerability.id, _rule(match.vulnerability))
        results.append(_result(scan, match))
    for secret in scan.secrets:
        rules.setdefault(secret.detector, _secret_rule(secret))
        results.append(_secret_result(scan, secret))
    for found in scan.subject.practice:
        rules.setdefault(found.id, _practice_rule(found))
        results.append(_practice_result(scan, found))
    index = {name: number for number, name in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
        result["ruleId"] = safe_line(result["ruleId"])
    run = {
        "tool": {
            "driver": {
                "name": "jettison",
                "semanticVersion": __version__,
                "rules": list(rules.values()),
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": results[:MAX_RESULTS],
        "properties": {
            "data": [f"{safe_line(one.name)} of {one.dated[:10]}" for one in scan.findings.data],
            "countsAre": "at least" if scan.findings.at_least else "exact",
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(found: Vulnerability) -> dict[str, Any]:
    title = safe_line(found.summary) or safe_line(found.id)
    score = f"{found.score:.1f}" if found.score is not None else _SCORES[found.severity]
    rule: dict[str, Any] = {
        "id": safe_line(found.id),
        "name": "KnownVulnerability",
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title} ({', '.join(map(safe_line, found.names))})"},
        "defaultConfiguration": {"level": _LEVELS.get(found.severity, "note")},
        "properties": {"security-severity": score, "precision": "very-high", "tags": _tags(found)},
    }
    if found.url:
        rule["helpUri"] = safe_line(found.url)
    return rule


def _tags(found: Vulnerability) -> list[str]:
    return ["vulnerability", "security", found.severity, *(["exploited"] if found.exploited else [])]


def _result(scan: Scan, match: Match) -> dict[str, Any]:
    package, found = scan.findings.packages[match.package], match.vulnerability
    origin = scan.origin(match.package)
    fix = f"fixed in {match.fixed[0]}" if match.fixed else match.status
    where = origin_text(origin, package.layer)
    text = (
        f"{package.name} {package.version} ({package.type}): {found.id}, {rating(found.severity, found.score)}, {fix}"
    )
    mark = hashlib.sha256(f"{found.id}\n{package.type}\n{package.name}\n{package.path}".encode("utf-8", "replace"))
    return {
        "ruleId": found.id,
        "level": _LEVELS.get(found.severity, "note"),
        "message": {"text": safe_line(f"{text}; {where}" if where else text)},
        "locations": [_location(scan, origin.line if origin else None, package.path)],
        "partialFingerprints": {"jettison/v1": mark.hexdigest()},
    }


def _secret_rule(found: SecretFinding) -> dict[str, Any]:
    return {
        "id": safe_line(found.detector),
        "name": "SecretInImage",
        "shortDescription": {"text": safe_line(found.title)},
        "defaultConfiguration": {"level": _LEVELS.get(found.severity, "note")},
        "properties": {"security-severity": _SCORES[found.severity], "tags": ["secret", "security"]},
    }


def _secret_result(scan: Scan, found: SecretFinding) -> dict[str, Any]:
    mark = hashlib.sha256(f"{found.detector}\n{found.where}\n{found.path}\n{found.offset}".encode("utf-8", "replace"))
    path = found.path if found.layer is not None else ""
    return {
        "ruleId": found.detector,
        "level": _LEVELS.get(found.severity, "note"),
        "message": {"text": safe_line(f"{found.title}: {found.masked}, {place_of_secret(found)}")},
        "locations": [_location(scan, found.dockerfile_line, path)],
        "partialFingerprints": {"jettison/v1": mark.hexdigest()},
    }


def _practice_rule(found: Checkpoint) -> dict[str, Any]:
    return {
        "id": safe_line(found.id),
        "name": "ImagePractice",
        "shortDescription": {"text": safe_line(found.title)},
        "defaultConfiguration": {"level": _PRACTICE[found.severity]},
        "properties": {"tags": ["image", "practice"], "problem.severity": Severity.NAMES[found.severity]},
    }


def _practice_result(scan: Scan, found: Checkpoint) -> dict[str, Any]:
    mark = hashlib.sha256(f"{found.id}\n{found.title}".encode("utf-8", "replace"))
    return {
        "ruleId": found.id,
        "level": _PRACTICE[found.severity],
        "message": {"text": safe_line(f"{found.title}: {found.detail}")},
        "locations": [_location(scan, None, "")],
        "partialFingerprints": {"jettison/v1": mark.hexdigest()},
    }


def _location(scan: Scan, line: int | None, path: str) -> dict[str, Any]:
    from urllib.parse import quote

    from jettison.lint.fingerprint import repository_path

    name = repository_path(scan.subject.dockerfile) if scan.subject.dockerfile else scan.subject.name
    uri = quote(name.encode("utf-8", "surrogateescape"))
    physical = {
        "artifactLocation": {"uri": f"file://{uri}" if uri.startswith("/") else uri},
        "region": {"startLine": line or 1},
    }
    location: dict[str, Any] = {"physicalLocation": physical}
    if path:
        location["logicalLocations"] = [{"fullyQualifiedName": safe_line(f"/{path}"), "kind": "resource"}]
    return location
