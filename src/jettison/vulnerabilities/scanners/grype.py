"""Grype: its command line and its JSON report.

Source: Grype's README, "Output formats", and the presenter's documented model (matches, vulnerability, artifact).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.scanners.foreign import Foreign
from jettison.vulnerabilities.severity import by_word, score_of
from jettison.vulnerabilities.sink import identifier, identifiers, summary_of, web_address

PROGRAM: Final = "grype"
MAX_FINDINGS: Final = 500_000
_PREFIXES: Final = {"sbom": "sbom:", "folder": "dir:", "layout": "oci-dir:", "image": "", "archive": ""}
_STATES: Final = {"wont-fix": "ignored"}


def command(target: str, kind: str) -> list[str]:
    """Return the command line; kind: "image", "archive", "layout", "folder" or "sbom"."""
    return [PROGRAM, "--output", "json", "--quiet", "--", f"{_PREFIXES[kind]}{target}"]


def read(document: object) -> Iterator[Foreign] | None:
    """Return the findings of a report, None for what is none."""
    report = mapping(document)
    if not isinstance(report.get("matches"), list):
        return None
    return (
        found for one in report["matches"][:MAX_FINDINGS] if (found := _finding(mapping(one))) is not None
    )  # fmt: skip


def _finding(entry: dict[str, Any]) -> Foreign | None:
    stated, artifact = mapping(entry.get("vulnerability")), mapping(entry.get("artifact"))
    name = identifier(stated.get("id"))
    if not name:
        return None
    related = [mapping(one) for one in sequence(entry.get("relatedVulnerabilities"))[:50]]
    fix = mapping(stated.get("fix"))
    fixed = tuple(text for one in sequence(fix.get("versions"))[:20] if (text := clean(one)))
    score, vector = _score([stated, *related])
    places = [mapping(one) for one in sequence(artifact.get("locations"))[:5]]
    purl = clean(artifact.get("purl"), 2000)
    return Foreign(
        name,
        tuple(one for one in identifiers([one.get("id") for one in related]) if one != name),
        by_word(clean(stated.get("severity"))),
        score,
        vector,
        summary_of(stated.get("description"), *(one.get("description") for one in related)),
        web_address(stated.get("dataSource")),
        fixed,
        "fixed" if fixed else _STATES.get(clean(fix.get("state"), 40), "not fixed"),
        purl,
        purl.removeprefix("pkg:").partition("/")[0],
        clean(artifact.get("name")),
        clean(artifact.get("version")),
        clean(places[0].get("path"), 4096).lstrip("/") if places else "",
        clean(places[0].get("layerID"), 200) if places else "",
    )


def _score(rated: list[dict[str, Any]]) -> tuple[float | None, str]:
    for one in rated:
        for entry in map(mapping, sequence(one.get("cvss"))[:20]):
            vector = clean(entry.get("vector"), 512)
            score = score_of(vector) if vector else None
            if score is not None:
                return score, vector
    return None, ""
