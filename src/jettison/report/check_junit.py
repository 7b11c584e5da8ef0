"""Findings as JUnit XML: a suite per file, a failed case per finding, a passed one for a clean file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jettison.report.facts import TOOL, message_of, place_of, severity_of, xml

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.lint.engine import FileReport
    from jettison.terminal import Palette


def render(reports: Sequence[FileReport], palette: Palette | None = None) -> str:
    """Return the suites."""
    total = sum(max(1, len(report.findings)) for report in reports)
    failures = sum(len(report.findings) for report in reports)
    suites = "".join(_suite(report) for report in reports)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="{TOOL}" tests="{total}" failures="{failures}" errors="0">\n{suites}</testsuites>\n'
    )


def _suite(report: FileReport) -> str:
    cases = "".join(_case(report, finding) for finding in report.findings)
    if not cases:
        cases = f'    <testcase classname="{xml(report.path)}" name="no findings" time="0"/>\n'
    count = len(report.findings)
    return (
        f'  <testsuite name="{xml(report.path)}" tests="{max(1, count)}" failures="{count}" errors="0" skipped="0" '
        f'time="0">\n{cases}  </testsuite>\n'
    )


def _case(report: FileReport, finding: Finding) -> str:
    place = place_of(report, finding)
    message = xml(message_of(finding))
    return (
        f'    <testcase classname="{xml(report.path)}" name="{xml(finding.code)} {xml(finding.name)} line {place.line}" '
        f'time="0">\n      <failure type="{severity_of(finding)}" message="{message}">'
        f"{xml(place.path)}:{place.line}:{place.column}: {xml(finding.code)} {message}</failure>\n    </testcase>\n"
    )
