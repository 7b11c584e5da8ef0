"""Findings as SARIF 2.1.0, with the rules that found them, fixes, and fingerprints that survive line moves.

Source: the OASIS standard, and GitHub's documentation of what code scanning reads of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from jettison.findings import SHOW, Confidence, Finding
from jettison.lint.fingerprint import fingerprints, repository_path
from jettison.report.facts import TOOL, VERSION, place_of, rule_of
from jettison.terminal import safe, safe_line

if TYPE_CHECKING:
    from jettison.findings import Edit
    from jettison.lint.engine import FileReport
    from jettison.rules.base import Rule
    from jettison.terminal import Palette

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
MAX_TAGS: Final = 20
MAX_TEXT: Final = 1000
MAX_RESULTS: Final = 25_000
_LEVELS: Final = ("note", "note", "warning", "error")
_SCORES: Final = ("2.0", "3.9", "6.9", "8.9")
_ROOT: Final = "%SRCROOT%"


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return one run with all results, no more than code scanning accepts."""
    found = sorted({finding.code: finding for report in reports for finding in report.findings}.items())
    index = {code: number for number, (code, _) in enumerate(found)}
    results = [result for report in reports for result in _results(report, index)][:MAX_RESULTS]
    run = {
        "tool": {
            "driver": {
                "name": TOOL,
                "semanticVersion": VERSION,
                "rules": [_rule(finding) for _, finding in found],
            }
        },
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _artifact(report)} for report in reports],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    rule = rule_of(finding.code)
    message = rule.message if rule else finding.name.replace("-", " ")
    properties: dict[str, Any] = {
        "tags": _tags(rule),
        "precision": {Confidence.LOW: "low", Confidence.MEDIUM: "medium"}.get(finding.confidence, "high"),
    }
    if rule is not None and rule.group == "security":
        properties["security-severity"] = _SCORES[finding.severity]
    else:
        properties["problem.severity"] = ("recommendation", "recommendation", "warning", "error")[finding.severity]
    page = _page(rule) if rule is not None else message
    return {
        "id": finding.code,
        "name": "".join(word.capitalize() for word in finding.name.split("-")),
        "shortDescription": {"text": safe_line(message)[:MAX_TEXT]},
        "fullDescription": {"text": safe(page).split("\n\n")[0][:MAX_TEXT]},
        "help": {"text": safe(page), "markdown": safe(page)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity if rule else finding.severity]},
        "properties": properties,
    }


def _tags(rule: Rule | None) -> list[str]:
    tags = ["dockerfile"] if rule is None else ["dockerfile", rule.group, *(safe_line(name) for name in rule.foreign)]
    return list(dict.fromkeys(tags))[:MAX_TAGS]


def _page(rule: Rule) -> str:
    import sys

    return (sys.modules[rule.check.__module__].__doc__ or rule.message).strip()


def _results(report: FileReport, index: dict[str, int]) -> list[dict[str, Any]]:
    secrets = report.secret_texts if report.findings else ()
    found = []
    for finding, mark in zip(report.findings, fingerprints(report), strict=True):
        place = place_of(report, finding)
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": index[finding.code],
            "level": _LEVELS[finding.severity],
            "message": {"text": safe_line(finding.message)},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(report), "region": _region(place[1:])}}],
            "partialFingerprints": {"jettison/v1": mark},
        }
        if finding.fix is not None and finding.fix.edits and finding.fix.applicability != SHOW:
            changes = _fix(report, finding, secrets)
            if changes is not None:
                result["fixes"] = [changes]
        found.append(result)
    return found


def _region(place: Sequence[Any]) -> dict[str, int]:
    line, column, end_line, end_column = place
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _fix(report: FileReport, finding: Finding, secrets: Sequence[str]) -> dict[str, Any] | None:
    """Return a fix, None when its text holds a secret or what must not come through."""
    assert finding.fix is not None
    texts = [edit.text for edit in finding.fix.edits]
    if any(secret and secret in text for secret in secrets for text in texts):
        return None
    if any(safe(text.replace("\r\n", "\n")) != text.replace("\r\n", "\n") for text in texts):
        return None
    replacements = [_replacement(report, edit) for edit in finding.fix.edits]
    return {
        "description": {"text": safe_line(finding.fix.title)},
        "artifactChanges": [{"artifactLocation": _artifact(report), "replacements": replacements}],
    }


def _replacement(report: FileReport, edit: Edit) -> dict[str, Any]:
    deleted = {"byteOffset": edit.span.start, "byteLength": edit.span.end - edit.span.start}
    return {"deletedRegion": deleted, **({"insertedContent": {"text": edit.text}} if edit.text else {})}


def _artifact(report: FileReport) -> dict[str, str]:
    from urllib.parse import quote

    path = repository_path(report.path)
    uri = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    # Without this a first part such as `a:b` would read as a scheme.
    return {"uri": uri, "uriBaseId": _ROOT}
