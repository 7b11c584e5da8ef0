"""What one file is told, rules aside."""

from __future__ import annotations

from jettison.findings import Severity
from jettison.lint.engine import MAX_UNKNOWN, UNKNOWN, check_bytes


def unknown(data: bytes) -> list[tuple[int, str]]:
    report = check_bytes(data, "Dockerfile")
    return [(report.source.line(f.span.start), f.message) for f in report.findings if f.name == UNKNOWN]


def test_each_slip_is_told() -> None:
    assert unknown(b"FROM scratch\n" + b"RUM a\n" * MAX_UNKNOWN) == [
        (line, "unknown instruction RUM") for line in range(2, 2 + MAX_UNKNOWN)
    ]


def test_a_template_is_told_once() -> None:
    found = unknown(b"FROM scratch\n" + b"{{ if x }}\nRUN a\n" * (MAX_UNKNOWN + 1))
    message = f"unknown instruction {{{{; {MAX_UNKNOWN} more lines are none: is this a Dockerfile, or a template?"
    assert found == [(2, message)]


def test_a_from_that_cannot_be_read_is_told_once() -> None:
    report = check_bytes(b"FROM\nEXPOSE 80\nCMD a\n", "Dockerfile")
    assert [(report.source.line(f.span.start), f.code) for f in report.findings if f.severity == Severity.HIGH] == [
        (1, "JT001")
    ]
