"""What comes first: secrets, then gain on one scale by effort, measured before estimated."""

from __future__ import annotations

import pytest

from jettison.findings import Effort, Finding, Impact, KnownVulnerabilities
from jettison.lint.rank import gain, rank
from jettison.span import Span


def finding(name: str, impact: Impact, effort: int = Effort.LOW, severity: int = 2) -> Finding:
    return Finding("JT999", name, name, Span(0, 1), severity, 2, effort, impact)


def known(count: int, severity: str = "high", exploited: int = 0, at_most: bool = False) -> KnownVulnerabilities:
    return KnownVulnerabilities(((severity, count),), exploited, at_most, True, ("osv",), "2026-01-01", 3)


def measured(size: int = 0, vulnerabilities: KnownVulnerabilities | None = None, secrets: int = 0) -> Impact:
    return Impact((size, size), None, None, "measured", vulnerabilities, secrets)


def names(*findings: Finding) -> list[str]:
    forward = [one.name for one in rank(findings)]
    assert forward == [one.name for one in rank(reversed(findings))]
    return forward


def test_a_secret_in_the_image_is_worth_more_than_any_size() -> None:
    large = finding("large", measured(9_000_000_000, known(500, "critical", 9)))
    assert names(large, finding("secret", measured(secrets=1), Effort.HIGH, 0)) == ["secret", "large"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # What was measured before what may turn out to be little.
        (measured(60_000_000), Impact((0, 100_000_000))),
        (measured(60_000_000), Impact((0, 100_000_000), None, None, "measured at most")),
        # Each counts, not only the largest one.
        (Impact((10, 10), (30.0, 30.0)), Impact((50_000_000, 50_000_000))),
        (measured(0, known(10)), measured(100_000_000)),
        (measured(50_000_000, known(10)), measured(0, known(10))),
        (measured(0, known(1, "critical")), measured(0, known(2))),
        (measured(0, known(1, "low", exploited=1)), measured(0, known(40))),
        (measured(0, known(3)), measured(0, known(4, at_most=True))),
        (Impact((20_000_000, 20_000_000)), Impact(None, None, (90_000_000, 90_000_000))),
    ],
)
def test_the_larger_gain_comes_first(first: Impact, second: Impact) -> None:
    assert names(finding("second", second), finding("first", first)) == ["first", "second"]


def test_less_work_comes_first_unless_the_other_gains_much_more() -> None:
    hard = finding("hard", measured(100), Effort.HIGH)
    assert names(finding("easy", measured(60)), hard) == ["easy", "hard"]
    assert names(finding("easy", measured(20)), hard) == ["hard", "easy"]
    assert gain(hard) == 100


def test_without_a_gain_the_graver_comes_first() -> None:
    nothing = Impact()
    assert names(finding("info", nothing, severity=0), finding("high", nothing, severity=3)) == ["high", "info"]
