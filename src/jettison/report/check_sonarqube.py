"""Findings in SonarQube's format for external issues, with the table of rules that it asks for.

Source: SonarQube's documentation, "Generic formatted issue reports".
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from jettison.findings import Finding
from jettison.report.facts import TOOL, Place, message_of, place_of, rule_of

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette

_SEVERITIES: Final = ("LOW", "LOW", "MEDIUM", "HIGH")
_OLD_SEVERITIES: Final = ("INFO", "MINOR", "MAJOR", "CRITICAL")
_QUALITIES: Final = {"security": "SECURITY", "correctness": "RELIABILITY", "runtime": "RELIABILITY"}
_MINUTES: Final = (5, 20, 60)


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return rules and issues."""
    rules: dict[str, dict[str, Any]] = {}
    issues = []
    for report in reports:
        for finding in report.findings:
            rules.setdefault(finding.code, _rule(finding))
            issues.append(
                {
                    "ruleId": finding.code,
                    "effortMinutes": _MINUTES[finding.effort],
                    "primaryLocation": {
                        "message": message_of(finding),
                        "filePath": (place := place_of(report, finding)).path,
                        "textRange": _range(place),
                    },
                }
            )
    return json.dumps({"rules": list(rules.values()), "issues": issues}, indent=2) + "\n"


def _range(place: Place) -> dict[str, int]:
    found = {"startLine": place.line, "endLine": place.end_line}
    if (place.end_line, place.end_column) > (place.line, place.column):
        # Columns count from 0, and an empty range is refused.
        found.update(startColumn=place.column - 1, endColumn=place.end_column - 1)
    return found


def _rule(finding: Finding) -> dict[str, Any]:
    rule = rule_of(finding.code)
    quality = _QUALITIES.get(rule.group if rule else "", "MAINTAINABILITY")
    return {
        "id": finding.code,
        "name": finding.name,
        "description": rule.message if rule else finding.name,
        "engineId": TOOL,
        "cleanCodeAttribute": "TRUSTWORTHY" if quality == "SECURITY" else "CONVENTIONAL",
        "type": "VULNERABILITY" if quality == "SECURITY" else "CODE_SMELL",
        "severity": _OLD_SEVERITIES[finding.severity],
        "impacts": [{"softwareQuality": quality, "severity": _SEVERITIES[finding.severity]}],
    }
