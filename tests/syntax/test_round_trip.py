"""Any bytes give a tree that tiles them and renders them back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jettison.lint.engine import check_bytes
from jettison.syntax.tree import KEYWORDS, File, parse, render

WORDS = st.sampled_from(
    [
        "a", "${b:-c}", '"d e"', "'f", "\\", "`", "<<EOF", "<<-'X'", "EOF", "X", "--from=a", "--mount=type=cache,target=/x",
        '["a", "b"]', '["a"', "=", "k=v", "AS", "#", "\t", "\x00", "\xff", "\ufeff", "&&", "$(x)", "ONBUILD",
    ]
)  # fmt: skip
SEPARATORS = st.sampled_from([" ", "\n", " \\\n", "\r\n", "\\\r\n", "\n# c\n", "`\n", "\n\n", "\\ \n"])
LINES = st.builds(
    lambda keyword, pieces: keyword + "".join(s + w for s, w in pieces) + "\n",
    st.sampled_from([*sorted(KEYWORDS), "run", "Foo", "# escape=`", "# syntax=x", ""]),
    st.lists(st.tuples(SEPARATORS, WORDS), max_size=6),
)
FILES = st.lists(LINES, max_size=6).map(lambda lines: "".join(lines).encode("utf-8", "surrogateescape"))


def assert_lossless(data: bytes) -> File:
    file = parse(data)
    assert render(file) == data
    position = 0
    for node in file.nodes:
        assert node.span.start == position
        assert node.span.end > position
        position = node.span.end
    assert position == len(data)
    for instruction in file.instructions:
        for word in instruction.words:
            assert instruction.span.start <= word.span.start <= word.span.end <= instruction.span.end
    return file


@settings(max_examples=8000)
@given(FILES)
def test_composed_files(data: bytes) -> None:
    assert_lossless(data)


@settings(max_examples=2000)
@given(st.binary(max_size=200))
def test_raw_bytes(data: bytes) -> None:
    assert_lossless(data)


@settings(max_examples=500)
@given(FILES)
def test_rules_never_fail_on_composed_files(data: bytes) -> None:
    report = check_bytes(data, "Dockerfile")
    assert not [f for f in report.findings if f.name == "internal-error"]


@pytest.mark.parametrize(
    "data",
    [
        b"RUN a \\\n" * 400_000,
        b"RUN " + b"<<a " * 100_000,
        b"RUN " + b"'\"" * 500_000,
        b"# x\n" * 500_000,
        b"ONBUILD " * 200_000,
        b"ENV " + b"a=b " * 200_000,
        b'CMD ["' + b"a" * 2_000_000,
        b"\\\n" * 500_000,
    ],
    ids=["continuations", "heredocs", "quotes", "comments", "onbuild", "pairs", "json", "escapes"],
)
def test_large_inputs_take_linear_time(data: bytes) -> None:
    start = time.process_time()
    assert render(parse(data)) == data
    assert time.process_time() - start < 60


def test_corpus(corpus: list[Path]) -> None:
    assert len(corpus) >= 500
    for path in corpus:
        data = path.read_bytes()
        file = assert_lossless(data)
        report = check_bytes(data, str(path))
        assert not [f for f in report.findings if f.name == "internal-error"], path
        for finding in report.findings:
            assert 0 <= finding.span.start <= finding.span.end <= len(data)
        assert len(file.instructions) + len(file.errors) > 0 or not data.strip() or file.comments
