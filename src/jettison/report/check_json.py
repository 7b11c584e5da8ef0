"""Findings as JSON, format version 1 (docs/check.schema.json), written out by hand: no rename changes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jettison.findings import APPLICABILITY_NAMES, Confidence, Effort, Finding, KnownVulnerabilities, Severity
from jettison.span import SourceText

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette

VERSION = 1


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return the findings of all files as JSON text, ASCII only."""
    files = [
        {
            "path": report.path,
            "builds": list(report.builds),
            "findings": [finding_data(report.source, finding) for finding in report.findings],
            "suppressed": [finding_data(report.source, finding) for finding in report.suppressed],
        }
        for report in reports
    ]
    return json.dumps({"version": VERSION, "files": files}, indent=2) + "\n"


def finding_data(source: SourceText, finding: Finding) -> dict[str, Any]:
    """Return one finding as data; edits are left out where they could repeat a secret."""
    line, column = source.line_column(finding.span.start)
    end_line, end_column = source.line_column(max(finding.span.start, finding.span.end))
    return {
        "code": finding.code,
        "name": finding.name,
        "message": finding.message,
        "severity": Severity.NAMES[finding.severity],
        "confidence": Confidence.NAMES[finding.confidence],
        "effort": Effort.NAMES[finding.effort],
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "span": list(finding.span),
        "impact": {
            "basis": finding.impact.basis,
            "bytes_saved": finding.impact.bytes_saved,
            "seconds_saved": finding.impact.seconds_saved,
            "context_bytes": finding.impact.context_bytes,
            "vulnerabilities": _vulnerabilities(finding.impact.vulnerabilities),
            "secrets": finding.impact.secrets,
        },
        "fix": None
        if finding.fix is None
        else {"title": finding.fix.title, "applicability": APPLICABILITY_NAMES[finding.fix.applicability]},
    }


def _vulnerabilities(known: KnownVulnerabilities | None) -> dict[str, Any] | None:
    if known is None:
        return None
    return {
        "total": known.total,
        "counts": dict(known.counts),
        "exploited": known.exploited,
        "counts_are": "at least" if known.at_least else "exact",
        "may_stay": known.at_most,
        "sources": list(known.sources),
        "data_of": known.dated,
        "data_age_days": known.age,
    }
