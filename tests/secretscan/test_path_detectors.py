"""Which detectors are for a file is what their paths say, for one path and for many at once."""

from __future__ import annotations

import random
import re

import pytest

from jettison.secretscan import path_detectors
from jettison.secretscan.detectors import Detector, load_detectors
from jettison.secretscan.engine import PlainMatcher, open_matcher
from jettison.secretscan.path_detectors import PathDetectors, line_expression

from .samples import all_samples, made

OWN = [detector for detector in load_detectors().all if detector.path]


@pytest.fixture(scope="module", params=[open_matcher, PlainMatcher])
def by_path(request: pytest.FixtureRequest) -> PathDetectors:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(path_detectors, "open_matcher", request.param)
        return PathDetectors(OWN)


def meant(path: str) -> tuple[Detector, ...]:
    return tuple(detector for detector in OWN if re.search(detector.path, path))


@pytest.mark.parametrize("folders", ["", "etc/", "srv/app/", "a/b/c/d/e/", "naïve dir/"])
def test_a_path_tells_which_detectors_are_for_it(by_path: PathDetectors, folders: str) -> None:
    chance = random.Random(5)
    told = 0
    for detector in OWN:
        for _ in range(10):
            path = folders + made(detector.path, chance, 2).lstrip("/")
            assert by_path.of(path) == meant(path), path
            told += detector in by_path.of(path)
    assert told > 5 * len(OWN)


def test_many_paths_are_told_as_each(by_path: PathDetectors) -> None:
    chance = random.Random(6)
    paths = [sample.path for sample in all_samples() if sample.path]
    paths += ["usr/bin/env.d/x", "", "a/b", "app/.env/file", "x.conf/y", "settings.py.txt"]
    paths += [f"{made(one.path, chance, 2)}{ending}" for one in OWN for ending in ("", ".bak", "/x")]
    chance.shuffle(paths)
    wanted = {number: meant(path) for number, path in enumerate(paths)}
    assert by_path.of_each(paths) == {number: found for number, found in wanted.items() if found}


@pytest.mark.parametrize("path", ["a\n.npmrc", "\n", ".npmrc\n", "x/.npmrc\n/y", ".pgpass\nz"])
def test_a_newline_in_a_name_is_no_end_of_it(by_path: PathDetectors, path: str) -> None:
    beside = ["first/.npmrc", path, "x", "last/.pgpass"]
    assert {number: [d.id for d in found] for number, found in by_path.of_each(beside).items()} == {
        0: ["npmrc-legacy-auth"],
        3: ["pgpass-password"],
    }
    assert by_path.of(path) == ()


def test_names_in_all_languages_and_in_none(by_path: PathDetectors) -> None:
    assert "env-file-secret" in {d.id for d in by_path.of("srv/café.env")}
    assert "env-file-secret" in {d.id for d in by_path.of("srv/caf\udce9.env")}


def test_very_long_paths_are_told_as_well(by_path: PathDetectors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_detectors, "PLAIN_LIMIT", 1000)
    paths = [f"{'folder/' * 100}{name}" for name in (".npmrc", "x", ".pgpass")]
    assert list(by_path.of_each(paths)) == [0, 2]


def test_no_path_keeps_what_lines_do_not_have() -> None:
    for detector in OWN:
        assert re.search(rb"[$^](?![^\[]*\])", line_expression(detector.path).replace(rb"\$", b"")) is None, detector.id
