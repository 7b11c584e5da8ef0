"""What counts as the same configuration."""

from __future__ import annotations

import pytest

from jettison.image.image import ImageConfig
from jettison.proof.claims import PROVEN, REFUTED
from jettison.proof.config import config_claim


def config(user: str) -> ImageConfig:
    return ImageConfig((), ("/app/server",), (), user, "/app", (), (), (), (), "", ())


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [("", "0", PROVEN), ("root", "", PROVEN), ("", "0:0", PROVEN), ("app", "0", REFUTED), ("", "app", REFUTED)],
)
def test_no_user_and_root_are_one(before: str, after: str, verdict: str) -> None:
    assert config_claim(config(before), config(after), frozenset()).verdict == verdict
