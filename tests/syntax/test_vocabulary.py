"""What the vocabulary finds is what a look for each word finds, whatever stands around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jettison.rules.index import watch
from jettison.syntax.vocabulary import WORDS, Vocabulary

LETTERS = "ab0 -./\n\\é"
TEXTS = st.text(alphabet=LETTERS, max_size=60)
SOME = st.lists(st.text(alphabet=LETTERS, min_size=1, max_size=7), max_size=12)


@given(SOME, SOME, TEXTS)
def test_found_is_what_stands_in_the_text(first: list[str], second: list[str], text: str) -> None:
    vocabulary = Vocabulary()
    vocabulary.learn(first)
    before = vocabulary.found(text)
    vocabulary.learn(second)
    assert before == {word for word in first if word in text}
    assert vocabulary.found(text) == {word for word in (*first, *second) if word in text}


@given(TEXTS)
def test_bytes_of_any_case_are_as_good_as_the_text(text: str) -> None:
    vocabulary = Vocabulary()
    vocabulary.learn(("a", "ab", "a-b", " b", "b ", "0/a", "\\a"))
    data = text.upper().encode()
    lowered = data.decode("latin-1").lower()
    assert vocabulary.found(lowered, data) == vocabulary.found(lowered)


def test_words_of_rules_are_found_at_the_ends_of_longer_runs() -> None:
    watch(None, None)
    assert {"apt-key", "add http"} <= WORDS.found("readd http && x-apt-key add")
    assert WORDS.found("apt key, adding http").isdisjoint({"apt-key", "add http"})


def test_words_of_rules_in_the_corpus() -> None:
    folder = os.environ.get("JETTISON_CORPUS")
    if not folder:
        pytest.skip("JETTISON_CORPUS names no folder")
    chosen = watch(None, None)
    for path in Path(folder).rglob("*ockerfile*"):
        if path.is_file():
            data = path.read_bytes()
            text = data.decode("latin-1").lower()
            wanted = [e.code for e in chosen._entries if not e.triggers or any(word in text for word in e.triggers)]
            assert [entry.code for entry in chosen.concerned(text, words=WORDS.found(text, data))] == wanted, path
