"""Secrets as JSON, the same in every report; no part of a value is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jettison.secretscan.findings import SecretFinding


def secret_data(findings: Sequence[SecretFinding]) -> list[dict[str, Any]]:
    """Return the findings of every confidence; the reader picks by `confidence`."""
    return [
        {
            "detector": found.detector,
            "title": found.title,
            "severity": found.severity,
            "confidence": found.confidence,
            "where": found.where,
            "layer": found.layer,
            "path": found.path,
            "offset": found.offset if found.offset >= 0 else None,
            "line": found.line or None,
            "masked": found.masked,
            "via": found.via,
            "dockerfile_line": found.dockerfile_line,
            "instruction": found.instruction,
            "visible": found.visible,
            "owner": found.owner,
        }
        for found in findings
    ]
