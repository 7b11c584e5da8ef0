"""Scores of CVSS vectors, as the calculators of FIRST and the cvss library (30,000 random vectors agreed) give them."""

from __future__ import annotations

import pytest

from jettison.vulnerabilities.severity import by_score, by_word, score_of, worst

KNOWN = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10.0,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8,
    "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H": 8.1,
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N": 5.5,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
    "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L": 1.6,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0.0,
    "AV:N/AC:L/Au:N/C:C/I:C/A:C": 10.0,
    "(AV:N/AC:M/Au:N/C:P/I:P/A:P)": 6.8,
    "AV:L/AC:H/Au:M/C:N/I:N/A:P": 0.8,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": 10.0,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 9.3,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N": 5.1,
    "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 8.5,
    "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U": 7.2,
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N": 0.0,
}


@pytest.mark.parametrize(("vector", "score"), KNOWN.items())
def test_the_score_of_a_vector(vector: str, score: float) -> None:
    assert score_of(vector) == score


@pytest.mark.parametrize(
    "vector",
    ["", "CVSS:3.1", "CVSS:3.1/AV:N", "CVSS:9.9/AV:N", "CVSS:4.0/AV:Q/AC:L", "AV:N/AC:L", "x" * 5000, "CVSS:3.1/AV:N/" * 30],
)  # fmt: skip
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert score_of(vector) is None


def test_names_of_scores_and_words() -> None:
    assert [by_score(one) for one in (10, 9.0, 8.9, 7.0, 6.9, 4.0, 3.9, 0.1, 0)] == [
        "critical", "critical", "high", "high", "medium", "medium", "low", "low", "none",
    ]  # fmt: skip
    assert [by_word(one) for one in ("Important", "MODERATE", "unimportant", "not yet assigned")] == [
        "high", "medium", "low", "unknown",
    ]  # fmt: skip
    assert worst(["unknown", "low", "high"]) == "high"
