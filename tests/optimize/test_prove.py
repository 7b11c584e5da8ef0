"""What is concluded where the original itself does not work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jettison.optimize.prove import own_fault, unasked_checks
from jettison.optimize.starts import Setting
from jettison.proof.behaviour import Behaviour
from jettison.proof.claims import NOT_PROVEN, REFUTED

FAILED = Behaviour(
    False, 1, (), {}, {}, None, 1, 0.0, "psycopg2.OperationalError: could not connect to server: Connection refused"
)


@pytest.mark.parametrize(
    ("output", "refuted"),
    [
        ("ModuleNotFoundError: No module named 'psycopg2'", True),
        ("PermissionError: [Errno 13] Permission denied: '/srv/log'", True),
        (FAILED.output, False),
        ("something else", False),
    ],
)
def test_a_fault_of_its_own_is_no_want_of_a_service(output: str, refuted: bool) -> None:
    claim = own_fault(FAILED, replace(FAILED, output=output))
    assert (claim is not None and claim.verdict == REFUTED) == refuted


def test_a_fault_that_the_original_has_too_refutes_nothing() -> None:
    absent = replace(FAILED, output="ModuleNotFoundError: No module named 'yaml'")
    assert own_fault(absent, replace(absent, output="ModuleNotFoundError: No module named 'lxml'")) is None
    assert own_fault(FAILED, replace(FAILED, stayed_up=True)) is None


def test_a_check_of_a_program_that_has_ended_is_said_not_to_be_asked() -> None:
    ended = replace(FAILED, exit_code=0, stop_code=0)
    (claim,) = unasked_checks(ended, Setting(checks=True))
    assert (claim.id, claim.verdict, claim.decides) == ("check", NOT_PROVEN, True)
    assert unasked_checks(ended, Setting()) == []
    assert unasked_checks(replace(ended, stayed_up=True), Setting(checks=True)) == []
