"""Comments that mute: ours with a reason, those of other tools as they are."""

from __future__ import annotations

import time

import pytest

from jettison.lint.engine import check_bytes

BASE = "JT305"
WORKDIR = "JT404"


def codes(text: str, **how: object) -> set[str]:
    return {finding.code for finding in check_bytes(text.encode(), "Dockerfile", **how).findings}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=DL3007,DL3006",
        "# hadolint ignore=DL3008, DL3006",
        "#hadolint ignore=DL3006 the base is chosen elsewhere",
        "# tally ignore=hadolint/DL3006;reason=as wanted",
        "# tally global ignore=DL3006",
        "# hadolint global ignore=DL3006",
        "#checkov:skip=CKV_DOCKER_7:as wanted",
        "#trivy:ignore:DS-0001",
        "# trivy:ignore:AVD-DS-0001",
        "#trivy:ignore:DS001:exp:2999-01-01",
        "#trivy:ignore:*",
        "# kics-scan ignore-line",
        "# kics-scan ignore-block",
        "# jettison: ignore=hadolint/DL3006 as wanted",
        "# jettison: ignore-file=unpinned-base as wanted",
    ],
)
def test_comments_mute_the_instruction_below(comment: str) -> None:
    assert BASE not in codes(f"{comment}\nFROM debian\n")


@pytest.mark.parametrize(
    "comment",
    [
        "# hadolint ignore=DL3999",
        "# tally ignore=no/such;reason=x",
        "#checkov:skip=CKV_DOCKER_999",
        "#trivy:ignore:DS-0001:exp:2001-01-01",
        "# check=skip=JSONArgsRecommended",
        "# check=skip=Nothing;error=nonsense",
        "# hadolint ignore=",
        "# kics-scan nothing",
    ],
)
def test_what_names_no_rule_of_this_place_is_silent(comment: str) -> None:
    assert BASE in codes(f"{comment}\nFROM debian\n")
    assert "JT002" not in codes(f"{comment}\nFROM debian\n")


def test_reach() -> None:
    assert codes("FROM debian:1\nWORKDIR a\n") >= {WORKDIR}
    two = "FROM debian:1\n# hadolint ignore=DL3000\nWORKDIR a\nFROM debian:1\nWORKDIR b\n"
    assert WORKDIR in codes(two)
    assert WORKDIR not in codes(two.replace("ignore", "global ignore"))
    block = "# kics-scan ignore-block\nFROM debian:1\nWORKDIR a\nFROM debian:1\n"
    assert WORKDIR not in codes(block)
    assert WORKDIR in codes(block + "WORKDIR b\n")


def test_check_directive() -> None:
    text = "# check=skip=WorkdirRelativePath;error=true\nFROM debian\nWORKDIR a\n"
    report = check_bytes(text.encode(), "Dockerfile")
    assert WORKDIR not in {f.code for f in report.findings}
    assert report.fails_always
    assert WORKDIR in codes("# check=skip=StageNameCasing\nFROM debian\nWORKDIR a\n")
    assert WORKDIR not in codes("# check=skip=all\nFROM debian\nWORKDIR a\n")


def test_required_rules_and_refused_comments_are_not_muted() -> None:
    text = "# hadolint ignore=DL3006\nFROM debian\n"
    assert BASE in codes(text, required=frozenset([BASE]))
    assert BASE in codes(text, foreign_comments=False)


def test_what_the_checker_reports_is_not_muted_by_a_wildcard() -> None:
    assert "JT001" in codes("#trivy:ignore:*\nFROM debian\nFOO x\n")


def test_many_comments_take_linear_time() -> None:
    text = "FROM debian\n" + "# hadolint ignore=DL3001\nWORKDIR a\n# kics-scan ignore-block\nFROM debian\n" * 4000
    started = time.process_time()
    check_bytes(text.encode(), "Dockerfile", select=frozenset([WORKDIR, BASE]))
    assert time.process_time() - started < 5
