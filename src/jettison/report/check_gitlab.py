"""Findings as a GitLab code quality report.

Source: GitLab's documentation, "Code Quality", section on the report format for custom tools.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.lint.fingerprint import fingerprints
from jettison.report.facts import message_of, place_of

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette

_SEVERITIES: Final = ("info", "minor", "major", "critical")


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return the list of issues."""
    issues = []
    for report in reports:
        for finding, mark in zip(report.findings, fingerprints(report), strict=True):
            place = place_of(report, finding)
            issues.append(
                {
                    "description": message_of(finding),
                    "check_name": f"{finding.code} {finding.name}",
                    "fingerprint": mark,
                    "severity": _SEVERITIES[finding.severity],
                    "location": {"path": place.path, "lines": {"begin": place.line, "end": place.end_line}},
                }
            )
    return json.dumps(issues, indent=2) + "\n"
