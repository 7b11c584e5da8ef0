"""What holds for every job on a real engine."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_slow_rebuild(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no rebuild for a slow one: other tests build beside it. What a slow one leads to, test_trials.py tells."""
    if request.node.get_closest_marker("engine"):
        monkeypatch.setattr("jettison.optimize.trials.SLOWER_SECONDS", 60.0)
