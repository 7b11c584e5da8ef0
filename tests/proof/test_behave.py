"""Comparing what two images answered, without an engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jettison.image.image import ImageConfig
from jettison.proof.behave import behaviour_claims
from jettison.proof.behaviour import Answer, Behaviour
from jettison.proof.claims import NOT_PROVEN, PROVEN, REFUTED, Proof, confirmed
from jettison.proof.stand import _lacks_low_port

PAGE = Answer(200, "text/html", b"<h1>hello</h1>\nserved by a1\n")
QUIET = Behaviour(True, 0, (80,), {(80, "GET /"): PAGE}, {}, None, 0, 0.1, "")


def answering(body: bytes, status: int = 200) -> Behaviour:
    return replace(QUIET, answers={(80, "GET /"): Answer(status, "text/html", body)})


def verdict(again: Behaviour | None, after: Behaviour, claim: str = "http") -> str:
    return next(c.verdict for c in behaviour_claims(QUIET, again, after) if c.id == claim)


@pytest.mark.parametrize(
    ("second", "new", "expected"),
    [
        (b"<h1>hello</h1>\nserved by b2\n", b"<h1>hello</h1>\nserved by c3\n", PROVEN),
        (b"<h1>hello</h1>\nserved by b2\n", b"<h1>broken</h1>\nserved by c3\n", REFUTED),
        (b"<h1>other</h1>\nserved by b2\n", b"<h1>third</h1>\nserved by c3\n", NOT_PROVEN),
        (b"<h1>hello</h1>\nserved by a1\n", b"<h1>hello</h1>\nserved by c3\n", REFUTED),
    ],
)
def test_only_what_the_original_repeats_is_compared(second: bytes, new: bytes, expected: str) -> None:
    assert verdict(answering(second), answering(new)) == expected


def test_another_status_is_refuted_even_when_the_body_varies() -> None:
    assert verdict(QUIET, answering(PAGE.body, 500)) == REFUTED


@pytest.mark.parametrize(("others", "expected"), [((404,), NOT_PROVEN), ((404, 200), PROVEN), ((302,), PROVEN)])
def test_errors_of_the_original_prove_nothing(others: tuple[int, ...], expected: str) -> None:
    answers = {(80, f"GET /{status}"): Answer(status, "", b"") for status in (500, *others)}
    seen = replace(QUIET, answers=answers)
    assert next(c.verdict for c in behaviour_claims(seen, seen, seen) if c.id == "http") == expected


@pytest.mark.parametrize(
    ("output", "code", "expected"),
    [
        (b"", 0, PROVEN),
        (b"wrong status", 1, REFUTED),
        (b'OCI runtime exec failed: exec failed: exec: "curl": executable file not found in $PATH', 127, REFUTED),
        (b"OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd", 126, NOT_PROVEN),
    ],
)
def test_a_check_that_the_engine_could_not_run_refutes_nothing(output: bytes, code: int, expected: str) -> None:
    assert verdict(None, replace(QUIET, health=(code, output)), "health") == expected


def test_what_a_second_run_does_not_show_again_is_flaky_and_takes_nothing_back() -> None:
    wrong, right = (Proof(tuple(behaviour_claims(QUIET, None, answering(body)))) for body in (b"oops", PAGE.body))
    assert wrong.verdict == REFUTED and confirmed(wrong, wrong).verdict == REFUTED
    flaky = next(claim for claim in confirmed(wrong, right).claims if claim.id == "http")
    assert (flaky.verdict, flaky.causes) == (NOT_PROVEN, ())
    assert "flaky" in flaky.evidence[0]


def test_a_port_that_is_promised_and_silent_decides() -> None:
    silent = replace(QUIET, ports=(), answers={}, expected=True)
    claim = next(claim for claim in behaviour_claims(silent, None, silent) if claim.id == "http")
    assert (claim.verdict, claim.decides) == (NOT_PROVEN, True)


def test_output_that_the_original_does_not_repeat_refutes_nothing() -> None:
    ended = replace(QUIET, stayed_up=False, ports=(), answers={}, output="run 1\n")
    other = replace(ended, output="run 2\n")
    assert behaviour_claims(ended, other, replace(ended, output="run 3\n"))[0].verdict == NOT_PROVEN
    assert behaviour_claims(ended, ended, replace(ended, output="run 3\n"))[0].verdict == REFUTED
    assert behaviour_claims(ended, ended, replace(ended, output="run 1\n"))[0].verdict == PROVEN


def test_two_that_are_silent_are_not_proven_to_listen() -> None:
    silent = replace(QUIET, ports=(), answers={})
    assert next(c.verdict for c in behaviour_claims(silent, silent, silent) if c.id == "ports") == PROVEN
    expected = replace(silent, expected=True)
    assert next(c.verdict for c in behaviour_claims(expected, expected, expected) if c.id == "ports") == NOT_PROVEN


GOOD, BAD = (0, b""), (7, b"curl: (7) Failed to connect")


@pytest.mark.parametrize(
    ("before", "after", "expected", "decides"),
    [
        (GOOD, GOOD, PROVEN, True),
        (GOOD, BAD, REFUTED, True),
        (BAD, BAD, NOT_PROVEN, False),
        (BAD, GOOD, NOT_PROVEN, False),
    ],
)
def test_the_check_of_a_compose_file_is_compared(
    before: tuple[int, bytes], after: tuple[int, bytes], expected: str, decides: bool
) -> None:
    old, new = replace(QUIET, service_health=before), replace(QUIET, service_health=after)
    claim = next(c for c in behaviour_claims(old, old, new) if c.id == "service-health")
    assert (claim.verdict, claim.decides) == (expected, decides)


def test_what_the_original_fails_itself_refutes_nothing() -> None:
    fails = replace(QUIET, health=BAD)
    claim = next(c for c in behaviour_claims(fails, fails, fails) if c.id == "health")
    assert (claim.verdict, claim.decides) == (NOT_PROVEN, False)
    assert verdict(None, fails, "health") == REFUTED


NPM = "\n> app@1.0.0 start\n> node app.js\n\n"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("GET / 200\n", True), ("GET / 200\n", True), PROVEN),
        (("GET / 200\n", True), ("ready\n", False), REFUTED),
        (("ready\n", False), ("ready\n", False), PROVEN),
        (("ready\n", False), ("", False), REFUTED),
        # What only the package manager says is no loss, where the program is started without it.
        ((NPM, False), ("", False), None),
        (("", False), ("", False), None),
    ],
)
def test_what_is_logged_still_reaches_the_engine(
    before: tuple[str, bool], after: tuple[str, bool], expected: str | None
) -> None:
    old, new = (replace(QUIET, output=text, logs_requests=told) for text, told in (before, after))
    found = next((c.verdict for c in behaviour_claims(old, old, new) if c.id == "log"), None)
    assert found == expected
    # Once is no habit.
    assert not any(c.id == "log" for c in behaviour_claims(old, QUIET, QUIET))


@pytest.mark.parametrize(
    ("ports", "exposed", "lacks"),
    [((), "80/tcp", True), ((80,), "80/tcp", False), ((), "8080/tcp", False), ((), "x", False)],
)
def test_a_program_that_ignores_that_its_port_is_refused_is_seen(
    ports: tuple[int, ...], exposed: str, lacks: bool
) -> None:
    config = ImageConfig((), (), (), "", "", (exposed,), (), (), (), "", ())
    assert _lacks_low_port(replace(QUIET, ports=ports), config) == lacks
