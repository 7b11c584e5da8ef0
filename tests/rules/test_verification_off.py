"""A download without a check of the server's certificate: what a checksum makes of it."""

from __future__ import annotations

import pytest

from jettison.findings import Severity
from jettison.lint.engine import check_bytes


@pytest.mark.parametrize(
    ("run", "severity"),
    [
        ("curl -fSLk https://e.org/x -o x", Severity.HIGH),
        ("curl -fSLk https://e.org/x -o x && echo '0a  x' | sha256sum -c -", Severity.LOW),
        # It was compared before it came.
        ("sha256sum -c sums && curl -fSLk https://e.org/x -o x", Severity.HIGH),
        ("git -c http.sslVerify=false clone https://e.org/x && sha256sum -c sums", Severity.HIGH),
    ],
)
def test_a_checksum_decides_what_is_taken(run: str, severity: int) -> None:
    report = check_bytes(f"FROM debian:12\nRUN {run}\n".encode(), "Dockerfile", select=frozenset(("JT320",)))
    assert [finding.severity for finding in report.findings] == [severity]
