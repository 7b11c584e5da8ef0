"""How long a health check may take here, whatever a file says."""

from __future__ import annotations

import pytest

from jettison.proof.health import HealthTest


@pytest.mark.parametrize(
    ("test", "argv"),
    [
        (("CMD", "a", "b"), ["a", "b"]),
        (("CMD-SHELL", "a | b"), ["/bin/sh", "-c", "a | b"]),
        (("NONE",), []),
        (("curl", "x"), []),
        ((), []),
    ],
)
def test_what_is_run(test: tuple[str, ...], argv: list[str]) -> None:
    assert HealthTest(test).argv == argv


def test_times_are_bounded() -> None:
    endless = HealthTest(("CMD", "a"), 1e9, 1e9, 1e9, 9999)
    assert (endless.every, endless.limit, endless.patience) == (5.0, 30.0, 60.0)
    none = HealthTest(("CMD", "a"), 0.0, 0.0, 0.0, 0)
    assert (none.every, none.limit, none.patience) == (0.5, 1.0, 10.0)
