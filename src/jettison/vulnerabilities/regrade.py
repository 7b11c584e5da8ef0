"""Severities that people gave to single vulnerabilities themselves: what a publisher cannot know of an installation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jettison.vulnerabilities.vulnerability import Findings, Match


def regrade(findings: Findings, severities: Mapping[str, str]) -> Findings:
    """Return the findings with the severities given, by any name of a vulnerability; a note tells of each."""
    if not severities:
        return findings
    notes: list[str] = []
    matches = tuple(_regraded(match, severities, notes) for match in findings.matches)
    return replace(findings, matches=matches, notes=(*findings.notes, *dict.fromkeys(notes)))


def _regraded(match: Match, severities: Mapping[str, str], notes: list[str]) -> Match:
    found = match.vulnerability
    given = next((severities[name] for name in found.names if name in severities), found.severity)
    if given == found.severity:
        return match
    notes.append(f"{found.id} counts as {given}, not {found.severity}, by the settings")
    return replace(match, vulnerability=replace(found, severity=given))
