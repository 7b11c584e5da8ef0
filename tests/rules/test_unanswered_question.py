"""Installs that nobody answers: how bad it is depends on whether apt will ask at all."""

from __future__ import annotations

import pytest

from jettison.findings import Severity
from jettison.lint.engine import check_bytes


@pytest.mark.parametrize(
    ("install", "severity"),
    [
        ("apt-get install curl", Severity.HIGH),
        ("apt-get install /tmp/a.deb ./b.deb", Severity.MEDIUM),
        ("apt-get install /tmp/a.deb curl", Severity.HIGH),
        ("dnf install /tmp/a.rpm", Severity.HIGH),
    ],
)
def test_package_files_mostly_need_no_answer(install: str, severity: int) -> None:
    report = check_bytes(f"FROM debian:12\nRUN {install}\n".encode(), "Dockerfile", select=frozenset(("JT410",)))
    assert [finding.severity for finding in report.findings] == [severity]
    assert all(finding.fix is not None for finding in report.findings)
