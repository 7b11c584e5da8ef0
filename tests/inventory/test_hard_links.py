"""Bytes with several names count once."""

from __future__ import annotations

from dataclasses import dataclass

from jettison.inventory.hard_links import Contents


@dataclass
class Entry:
    original: Entry | None = None


def test_a_content_is_new_under_its_first_name() -> None:
    first = Entry()
    second, other = Entry(first), Entry()
    contents = Contents()

    assert [contents.is_new(one) for one in (second, first, other, second)] == [True, False, True, False]
