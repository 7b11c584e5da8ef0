"""Trivy: its command line and its JSON report.

Source: trivy.dev/docs, "Reporting" (format json, SchemaVersion 2) and "Container Image".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.scanners.foreign import Foreign
from jettison.vulnerabilities.severity import by_word, score_of
from jettison.vulnerabilities.sink import identifier, identifiers, summary_of, web_address

PROGRAM: Final = "trivy"
MAX_FINDINGS: Final = 500_000
# Types of results -> types of purls, for reports of old versions that name no purl.
_TYPES: Final = {
    "debian": "deb", "ubuntu": "deb", "alpine": "apk", "wolfi": "apk", "redhat": "rpm", "alma": "rpm", "rocky": "rpm",
    "python-pkg": "pypi", "pip": "pypi", "poetry": "pypi", "node-pkg": "npm", "npm": "npm", "yarn": "npm", "gobinary": "golang",
    "gomod": "golang", "rustbinary": "cargo", "cargo": "cargo", "jar": "maven", "pom": "maven", "gemspec": "gem", "bundler": "gem",
    "composer": "composer", "nuget": "nuget", "dotnet-core": "nuget",
}  # fmt: skip
_STATUSES: Final = {"will_not_fix": "ignored", "fix_deferred": "postponed", "end_of_life": "end-of-life", "under_investigation": "undetermined"}  # fmt: skip


def command(target: str, kind: str) -> list[str]:
    """Return the command line; kind: "image", "archive", "layout", "folder" or "sbom"."""
    common = ["--format", "json", "--quiet"]
    if kind == "sbom":
        return [PROGRAM, "sbom", *common, "--", target]
    if kind == "folder":
        return [PROGRAM, "rootfs", *common, "--scanners", "vuln", "--", target]
    if kind in ("archive", "layout"):
        return [PROGRAM, "image", *common, "--scanners", "vuln", "--input", target]
    return [PROGRAM, "image", *common, "--scanners", "vuln", "--", target]


def read(document: object) -> Iterator[Foreign] | None:
    """Return the findings of a report, None for what is none."""
    report = mapping(document)
    if "SchemaVersion" not in report or ("Results" not in report and "ArtifactName" not in report):
        return None
    return _findings(report)


def _findings(report: dict[str, Any]) -> Iterator[Foreign]:
    count = 0
    for result in map(mapping, sequence(report.get("Results"))):
        kind = _TYPES.get(clean(result.get("Type")), "")
        for entry in map(mapping, sequence(result.get("Vulnerabilities"))):
            name = identifier(entry.get("VulnerabilityID"))
            count += 1
            if name and count <= MAX_FINDINGS:
                yield _finding(name, entry, kind)


def _finding(name: str, entry: dict[str, Any], kind: str) -> Foreign:
    score, vector = _score(mapping(entry.get("CVSS")))
    fixed = tuple(one.strip() for one in clean(entry.get("FixedVersion")).split(",") if one.strip())
    status = clean(entry.get("Status"), 40)
    return Foreign(
        name,
        tuple(one for one in identifiers(entry.get("VendorIDs")) if one != name),
        by_word(clean(entry.get("Severity"))),
        score,
        vector,
        summary_of(entry.get("Title"), entry.get("Description")),
        web_address(entry.get("PrimaryURL")),
        fixed,
        "fixed" if fixed else _STATUSES.get(status, "not fixed"),
        clean(mapping(entry.get("PkgIdentifier")).get("PURL"), 2000),
        kind,
        clean(entry.get("PkgName")),
        clean(entry.get("InstalledVersion")),
        clean(entry.get("PkgPath"), 4096),
        clean(mapping(entry.get("Layer")).get("DiffID"), 200),
    )


def _score(rated: dict[str, Any]) -> tuple[float | None, str]:
    """Return (score, vector) of NVD, else of whoever rated it worst."""
    found = []
    for publisher, one in rated.items():
        for key in ("V40Vector", "V3Vector", "V2Vector"):
            vector = clean(mapping(one).get(key), 512)
            score = score_of(vector) if vector else None
            if score is not None:
                found.append((publisher == "nvd", score, vector))
                break
    best = max(found, default=None)
    return (best[1], best[2]) if best else (None, "")
