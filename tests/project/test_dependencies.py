"""Manifests as tools for JavaScript read them."""

from __future__ import annotations

import time

import pytest

from jettison.project.dependencies import json_object


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "x // y, }", "b": [1, 2]}',
        '// first\n{"a": "x // y, }", /* of\n two lines */ "b": [1, 2,], // last\n}',
        '{"a": "x // y, }",\n  "b": [1, 2],\n} /* open',
    ],
)
def test_comments_and_last_commas_are_tolerated(text: str) -> None:
    assert json_object(text) == {"a": "x // y, }", "b": [1, 2]}


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"a": 1,,}', '{"a": "\\', "[" * 100_000])
def test_what_is_no_object_is_empty(text: str) -> None:
    assert json_object(text) == {}


@pytest.mark.parametrize("piece", ["/*", '\\"', '"', "/", ", ", '"\\'])
def test_hostile_texts_take_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        text = '{"' + piece * count + "\\"
        start = time.process_time()
        json_object(text)
        return time.process_time() - start

    assert seconds(200_000) < 40 * seconds(20_000) + 0.5
