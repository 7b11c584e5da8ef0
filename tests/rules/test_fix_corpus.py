"""Fixes over real Dockerfiles: they settle, remove what they were for, and touch nothing else."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from jettison.findings import SAFE, UNSAFE
from jettison.lint.engine import check_bytes
from jettison.rewrite.settle import fix_bytes
from jettison.rules.index import ENTRIES
from jettison.syntax.edit import apply, merge
from jettison.syntax.tree import parse, render

ALL = frozenset(entry.code for entry in ENTRIES)
LEVELS = [pytest.param(SAFE, id="safe"), pytest.param(UNSAFE, id="unsafe")]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("select", [pytest.param(None, id="default"), pytest.param(ALL, id="all")])
def test_fixes_settle(corpus: list[Path], level: int, select: frozenset[str] | None) -> None:
    for path in corpus:
        data = path.read_bytes()
        result = fix_bytes(data, str(path), None, level, select)
        assert render(parse(result.after)) == result.after
        assert len(parse(result.after).errors) <= len(parse(data).errors), path
        again = fix_bytes(result.after, str(path), None, level, select)
        assert again.after == result.after, path
        left = check_bytes(result.after, str(path), None, select)
        open_ones = [f.code for f in left.findings if f.fix and f.fix.edits and f.fix.applicability >= level]
        assert not open_ones, (path, open_ones)


@pytest.mark.parametrize("level", LEVELS)
def test_each_fix_alone_removes_its_finding_and_keeps_other_bytes(corpus: list[Path], level: int) -> None:
    for path in corpus:
        data = path.read_bytes()
        errors = len(parse(data).errors)
        report = check_bytes(data, str(path), None, ALL)
        for finding in report.findings:
            assert 0 <= finding.span.start <= finding.span.end <= len(data), (path, finding.code)
            fix = finding.fix
            if fix is None or fix.applicability != level or not fix.edits:
                continue
            assert merge([fix])[0] == [fix]
            after = apply(data, fix.edits)
            assert len(parse(after).errors) <= errors, (path, finding.code)
            assert_only_the_edits(data, after, fix.edits)
            same = Counter(f.message for f in report.findings if f.code == finding.code)
            left = check_bytes(after, str(path), None, frozenset([finding.code]))
            left_of_it = sum(f.code == finding.code for f in left.findings)
            assert left_of_it < same.total(), (path, finding.code, finding.message)


def assert_only_the_edits(before: bytes, after: bytes, edits: tuple[object, ...]) -> None:
    position = moved = 0
    for edit in sorted(edits, key=lambda edit: edit.span):  # type: ignore[attr-defined]
        start, end = edit.span  # type: ignore[attr-defined]
        assert before[position:start] == after[position + moved : start + moved]
        moved += len(edit.text.encode("utf-8", "surrogateescape")) - (end - start)  # type: ignore[attr-defined]
        position = end
    assert before[position:] == after[position + moved :]
