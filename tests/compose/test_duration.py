"""Times as Compose writes them."""

from __future__ import annotations

import pytest

from jettison.compose.duration import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1m30s", 90.0),
        ("500ms", 0.5),
        ("1.5h", 5400.0),
        ("2us", 2e-6),
        ("10", None),
        ("", None),
        ("1s ", None),
        ("-1s", None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds
