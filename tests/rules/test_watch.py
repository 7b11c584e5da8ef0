"""A rule is woken by its words, wherever they stand in the file, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jettison.rules.index import ENTRIES, Watch, watch

EVERY = Watch(ENTRIES)
WORDS = sorted({word for entry in ENTRIES for word in entry.triggers})


def plain(text: str) -> list[str]:
    """Return what a look for each word through the whole text finds."""
    return [e.code for e in ENTRIES if not e.triggers or any(word in text for word in e.triggers)]


@given(st.lists(st.sampled_from([*WORDS, "a", "\n", " ", "é", "xy"]), max_size=8).map("".join), st.text(max_size=5))
def test_the_same_as_a_plain_look(text: str, more: str) -> None:
    text = (text + more).encode().decode("latin-1").lower()
    assert [entry.code for entry in EVERY.concerned(text)] == plain(text)


@pytest.mark.parametrize("text", ["", "a", "ab", "abc"])
def test_short_texts(text: str) -> None:
    assert [entry.code for entry in EVERY.concerned(text)] == plain(text)


def test_rules_of_a_context_wait_for_one() -> None:
    with_context = {entry.code for entry in watch(None, None).concerned("copy . .", True)}
    without = {entry.code for entry in watch(None, None).concerned("copy . .", False)}
    assert without < with_context
