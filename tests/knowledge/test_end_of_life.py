"""The dates of ended releases: the data is sound, and tags are read as they are meant."""

from __future__ import annotations

import datetime

import pytest

from jettison.knowledge._compiled import END_OF_LIFE
from jettison.knowledge.end_of_life import end_of_life


def test_every_date_is_one_and_every_code_name_has_a_cycle() -> None:
    for name, facts in END_OF_LIFE.items():
        if name == "state":
            datetime.date.fromisoformat(facts["date"])
            continue
        for date in facts["cycles"].values():
            datetime.date.fromisoformat(date)
        assert set(facts["codenames"].values()) <= set(facts["cycles"])


@pytest.mark.parametrize(
    ("name", "tag", "what"),
    [
        ("debian", "stretch-slim", "debian 9"),
        ("python", "3.6.15-bookworm", "python 3.6"),
        ("python", "3.13-buster", "Debian buster"),
        ("nvidia/cuda", "11.0-base-ubuntu18.04", "Ubuntu 18.04"),
        ("mcr.microsoft.com/dotnet/sdk", "5.0-alpine", "sdk 5"),
        ("alpine", "3", None),
        ("debian", "stable", None),
        ("python", None, None),
    ],
)
def test_a_tag_ends_with_the_part_that_ends_first(name: str, tag: str | None, what: str | None) -> None:
    end = end_of_life(name, tag)

    assert (end[0] if end else None) == what
