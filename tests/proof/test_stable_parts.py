"""Answers that differ each time are compared where the original repeats itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jettison.proof.stable_parts import Agreement, agreement


def text(**values: object) -> bytes:
    return json.dumps(values).encode()


def test_values_of_json_by_their_place() -> None:
    first, second = text(host="a", port=80, tags=["x"]), text(host="b", port=80, tags=["x"])
    assert agreement(first, second, text(port=80, host="c", tags=["x"])) == Agreement(True, 2, 3, "values")


@pytest.mark.parametrize(
    "third",
    [
        text(host="c", port=81, tags=["x"]),
        text(host="c", tags=["x"]),
        text(host="c", port=80, tags=["x", "y"]),
        text(host="c", port=80, tags=["x"], more=1),
        text(host="c", port="80", tags=["x"]),
        text(port=80, tags=["x"]),
    ],
)
def test_a_value_that_the_original_repeats_must_be_there(third: bytes) -> None:
    found = agreement(text(host="a", port=80, tags=["x"]), text(host="b", port=80, tags=["x"]), third)
    assert found is not None and not found.holds


def test_a_list_that_is_longer_each_time_decides_nothing_beyond_what_is_shared() -> None:
    found = agreement(text(seen=[1], up=True), text(seen=[1, 2], up=True), text(seen=[1, 2, 3], up=True))
    assert found == Agreement(True, 2, 2, "values")


def test_lines() -> None:
    assert agreement(b"a\n1\n", b"a\n2\n", b"a\n3\n") == Agreement(True, 2, 3, "lines")
    assert agreement(b"a\n1\n", b"a\n2\n", b"b\n3\n") == Agreement(False, 2, 3, "lines")


def test_words_of_one_line() -> None:
    found = agreement(b"<p>I am host4 today</p>", b"<p>I am host5 today</p>", b"<p>I am host6 today</p>")
    assert found is not None and found.holds and found.kind == "words"
    found = agreement(b"<p>I am host4 today</p>", b"<p>I am host5 today</p>", b"<p>I am host6 again</p>")
    assert found is not None and not found.holds


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [(b"4711", b"4712", b"4713"), (b"a b", b"c", b"d e"), (b"one two three", b"six two ten", b"no two no"), (b"", b"x", b"y")],
)  # fmt: skip
def test_what_shares_too_little_decides_nothing(first: bytes, second: bytes, third: bytes) -> None:
    assert agreement(first, second, third) is None


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_what_differs_where_both_agree_never_holds(first: bytes, second: bytes, third: bytes) -> None:
    agreement(first, second, third)
    found = agreement(first, first, third)
    if found is not None and found.kind != "values":
        assert found.holds == (first == third)


def test_deep_json_ends() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    agreement(deep, deep + b" ", deep)
