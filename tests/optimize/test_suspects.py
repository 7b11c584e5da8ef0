"""Which changes are taken back, by what each trial saw."""

from __future__ import annotations

from jettison.optimize.suspects import Suspects
from jettison.proof.claims import PROVEN, REFUTED, Claim, Proof
from jettison.rewrite.candidates import Candidate, Change

CHANGES = ("multi-stage", "user", "exec-form", "dockerignore", "development-dependencies")
CAUSES = ("user", "exec-form", "dockerignore", "multi-stage")


def candidate(without: frozenset[str]) -> Candidate:
    return Candidate("root", "", b"", None, tuple(Change(each, "") for each in CHANGES if each not in without))


def ended(why: str) -> Proof:
    claim = Claim("starts", "it starts", REFUTED, (f"it ends with code 1: {why}",), CAUSES)
    return Proof((Claim("builds", "both build", PROVEN), claim))


def order(answers: dict[frozenset[str], str], default: str) -> list[frozenset[str]]:
    """Return what the trials were made without, one after the other; an answer of "" is a run that holds."""
    suspects, tried = Suspects(), []
    for _ in range(12):
        without = suspects.without
        tried.append(without)
        why = answers.get(without, default)
        if not why:
            return tried
        found = suspects.blame(ended(why), candidate(without))
        if not found or "multi-stage" in {each.change for each in found}:
            return tried
    raise AssertionError("no end")


def test_what_a_message_speaks_of_goes_first() -> None:
    guilty = frozenset(("development-dependencies",))
    assert order({guilty: ""}, "Error: Cannot find module 'errorhandler'") == [frozenset(), guilty]


def test_a_change_whose_absence_helps_nothing_comes_back() -> None:
    guilty = frozenset(("dockerignore",))
    tried = order({guilty: ""}, "it is unwell")
    assert tried == [frozenset(), frozenset(("user",)), frozenset(("exec-form",)), guilty]


def test_what_leads_to_another_failure_stays_taken_back() -> None:
    user, both = frozenset(("user",)), frozenset(("user", "exec-form"))
    tried = order({frozenset(): "permission denied", user: "no terminal", both: ""}, "unwell")
    assert tried == [frozenset(), user, both]


def test_two_that_fail_only_together_are_taken_back_together() -> None:
    three = frozenset(("user", "exec-form", "dockerignore"))
    tried = order({three: ""}, "unwell")
    assert tried[-1] == three and len(tried) == 5


def test_the_search_ends_where_nothing_helps() -> None:
    assert len(order({}, "unwell")) <= 8
