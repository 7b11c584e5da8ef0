"""Which of the candidates is kept: the builds are scripted, as no engine can be made slow at will."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from jettison.errors import BuildError
from jettison.optimize import suspects, trials
from jettison.proof.claims import PROVEN, REFUTED, Claim, Proof
from jettison.rewrite.candidates import Candidate, Change


class ScriptedBuilds:
    """Gives images of set sizes and rebuild times; counts what is dropped."""

    def __init__(self, sizes: dict[str, int], rebuilds: dict[str, list[float]]) -> None:
        self.sizes = sizes
        self.rebuilds = rebuilds
        self.dropped: list[str] = []
        self.asked_to_stop: list[bool] = []
        self.reason = "no such file"
        self.redact = str
        self.setting = None

    def build(self, engine: object, name: str, dockerfile: bytes, ignore: object) -> Any:
        text = dockerfile.decode()
        if text not in self.sizes:
            raise BuildError(self.reason, "")
        return built(text, self.sizes[text])

    def rebuild(self, engine: object, name: str, candidate: Candidate | None) -> float:
        return self.rebuilds["original" if candidate is None else candidate.dockerfile.decode()].pop(0)

    def run_again(self, built: object, stops: bool) -> str:
        self.asked_to_stop.append(stops)
        return ""

    def drop(self, engine: object, tag: str = "") -> None:
        self.dropped.append(tag)


def built(tag: str, size: int, rebuild: float | None = None) -> Any:
    from jettison.optimize.builds import Built

    return Built(tag, SimpleNamespace(size_unpacked=size), 1.0, "", rebuild)  # type: ignore[arg-type]


def choose(
    monkeypatch: pytest.MonkeyPatch,
    sizes: dict[str, int],
    rebuilds: dict[str, list[float]],
    aim: str = "small",
    reason: str = "no such file",
    refuted: tuple[str, ...] = (),
) -> tuple[trials.Trials, trials.Kept | None]:
    """Return the trials of candidates named by their text, and what they kept; refuted: what is, all else is proven."""
    proven = SimpleNamespace(verdict=PROVEN, refuted=(), claims=())
    wrong = SimpleNamespace(verdict=REFUTED, refuted=(Claim("http", "it answers", REFUTED),), claims=())
    monkeypatch.setattr(trials, "prove", lambda _, after, *__: wrong if after.tag in refuted else proven)
    monkeypatch.setattr(trials, "redacted", lambda made, _: made)
    monkeypatch.setattr(suspects, "blamed", lambda *_: ())
    scripted = ScriptedBuilds(sizes, rebuilds)
    scripted.reason = reason

    def make(without: frozenset[str]) -> tuple[Candidate, ...]:
        found = []
        for name in ("root", "slim", "in-place"):
            changes = tuple(Change(each, "") for each in ("user", "deps-stage") if each not in without)
            text = f"{name} whole" if "deps-stage" in without else f"{name} by root" if without else name
            found.append(Candidate(name, name, text.encode(), None, changes))
        return tuple(found)

    original = built("original", 1000, rebuilds["original"].pop(0))
    made = trials.Trials(object(), scripted, original, make, 1e18, lambda _: None)  # type: ignore[arg-type]
    return made, made.choose(aim)


def test_the_first_is_kept_where_its_rebuild_is_no_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    _, kept = choose(monkeypatch, {"root": 100}, {"original": [1.0], "root": [1.4]})
    assert kept is not None and (kept.candidate.name, kept.slower) == ("root", "")


def test_a_slower_rebuild_is_measured_again_before_it_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    _, kept = choose(monkeypatch, {"root": 100}, {"original": [0.7, 0.7], "root": [3.8, 0.6]})
    assert kept is not None and (kept.candidate.name, kept.slower, kept.built.rebuild) == ("root", "", 0.6)


def test_a_slower_one_loses_to_one_that_is_not_twice_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, rebuilds = {"root": 100, "slim": 150}, {"original": [0.7, 0.7], "root": [3.8, 3.7], "slim": [0.8]}
    made, kept = choose(monkeypatch, sizes, rebuilds)
    assert kept is not None and (kept.candidate.name, kept.slower) == ("slim", "")
    reasons = {attempt.candidate: attempt.reason for attempt in made.attempts}
    assert reasons == {"root": "a rebuild after one source line takes longer: 0.7 s -> 3.7 s", "slim": ""}


def test_a_slower_one_wins_where_the_others_are_much_larger_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"root": 100, "slim": 250, "in-place": 900}
    rebuilds = {"original": [0.7, 0.7], "root": [3.8, 3.7], "slim": [0.8], "in-place": [0.7]}
    _, kept = choose(monkeypatch, sizes, rebuilds)
    assert kept is not None and kept.candidate.name == "root" and "-> 3.7 s" in kept.slower


def test_what_is_refuted_is_not_built_again_to_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, rebuilds = {"root": 100, "slim": 250}, {"original": [1.0], "slim": [1.0]}
    made, kept = choose(monkeypatch, sizes, rebuilds, refuted=("root",))
    assert kept is not None and (kept.candidate.name, kept.built.rebuild) == ("slim", 1.0)
    assert [attempt.reason for attempt in made.attempts] == ["it answers", ""]


@pytest.mark.parametrize(("ids", "stops"), [(("http",), [False]), (("http", "stop"), [True]), (("stop",), [])])
def test_a_second_run_is_asked_to_stop_where_the_first_did_worse(
    ids: tuple[str, ...], stops: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Proof(tuple(Claim(each, each, REFUTED) for each in ids))
    monkeypatch.setattr(trials, "prove", lambda *_: first)
    scripted = ScriptedBuilds({}, {})
    made = trials.Trials(object(), scripted, built("a", 1), lambda _: (), 1e18, lambda _: None)  # type: ignore[arg-type]
    after = replace(built("b", 1), behaviour=SimpleNamespace())
    assert made._confirmed(after, Candidate("b", "b", b"", None, ())) == first
    assert scripted.asked_to_stop == stops


def test_a_stage_of_dependencies_is_taken_back_where_it_does_not_build(monkeypatch: pytest.MonkeyPatch) -> None:
    _, kept = choose(monkeypatch, {"root whole": 100}, {"original": [1.0], "root whole": [1.0]})
    assert kept is not None and kept.without == {"deps-stage"}


def test_the_step_that_does_not_build_says_what_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "executor failed running [/bin/sh -c addgroup -S -g 10001 app && adduser -S -D -H app]: exit code: 127"
    sizes, rebuilds = {"root by root": 100}, {"original": [1.0], "root by root": [1.0]}
    _, kept = choose(monkeypatch, sizes, rebuilds, reason=reason)
    assert kept is not None and kept.without == {"user"}


@pytest.mark.parametrize(
    ("reason", "tries"),
    [
        ("the build failed: no such file", ["root", "root", "slim", "slim", "in-place"]),
        ('the build failed: failed to do request: Head "https://r.example/v2/": dial tcp: lookup r.example: no such host', ["root", "slim", "in-place"]),
        ("the build failed: pull access denied for a, repository does not exist", ["root", "slim", "in-place"]),
    ],
)  # fmt: skip
def test_what_has_no_base_is_tried_once(reason: str, tries: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sizes, rebuilds = {"in-place": 900}, {"original": [0.7], "in-place": [0.7]}
    made, kept = choose(monkeypatch, sizes, rebuilds, reason=reason)
    assert kept is not None and kept.candidate.name == "in-place"
    assert [attempt.candidate for attempt in made.attempts] == tries
