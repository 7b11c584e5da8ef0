"""What the engine looks for is in every match of a detector's regex, and ends no later."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import pytest

from jettison.secretscan.detectors import FARTHEST, Detector, load_detectors, written_out
from jettison.secretscan.engine import Expression, open_matcher

from .samples import made

# Of Discord's tokens the engine finds those alone whose first part is a number in base64, which the check asks, too.
DETECTORS = [detector for detector in load_detectors().all if detector.check != "discord"]


def _matches(detector: Detector, seed: int) -> Iterable[tuple[bytes, int]]:
    """Yield texts that a detector's regex matches, and where the match ends."""
    chance = random.Random(f"{seed} {detector.id}")
    for more in (0, 1, 3, 30):
        # Upper and lower case both, where a regex does not mind the case.
        text = made(detector.regex.decode(), chance, more)
        plain = text.encode("latin-1")
        for data in {plain, plain.swapcase()}:
            around = b"\n x=" + data + b"\n"
            match = re.search(detector.regex, around)
            if match is not None:
                assert len(match[0]) <= detector.reach or detector.reach == FARTHEST
                yield around, match.end()


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.id)
def test_the_engine_sees_every_match(detector: Detector) -> None:
    patterns = [re.compile(expression) for expression in detector.expressions]
    count = 0
    for seed in range(10):
        for text, end in _matches(detector, seed):
            found = [match.end() for pattern in patterns for match in [pattern.search(text)] if match]
            assert found and min(found) <= end, text
            count += 1
    assert count >= 10


def test_the_native_engine_reads_expressions_as_the_tests_do() -> None:
    numbers = [(expression, detector) for detector in DETECTORS for expression in detector.expressions]
    matcher = open_matcher([Expression(expression, ()) for expression, _ in numbers])
    missed = []
    for detector in DETECTORS:
        for text, end in _matches(detector, 1):
            seen = {numbers[number][1].id for number, at in matcher.events(text) if at <= end}
            if detector.id not in seen:
                missed.append((detector.id, text))
    assert missed == []


def test_a_trigger_is_written_out() -> None:
    assert written_out("a{b|cd}[ef]{2,3}{g|}h") == ["ab[ef]{2,3}gh", "ab[ef]{2,3}h", "acd[ef]{2,3}gh", "acd[ef]{2,3}h"]
    assert written_out(r"[^{}|]{1,2}(?:a|b)") == [r"[^{}|]{1,2}(?:a|b)"]
