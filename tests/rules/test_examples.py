"""Every rule's examples are its tests: they fire where they say, and their fixes settle."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.lint.engine import check_bytes
from jettison.model.context import BuildContext, read_context
from jettison.rewrite.settle import fix_bytes
from jettison.rules.base import Example, Rule
from jettison.rules.index import ENTRIES, load
from jettison.syntax.tree import parse, render

CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in (load(entry.code) for entry in ENTRIES)
    for number, example in enumerate(rule.examples)
]


def context_of(example: Example, folder: Path) -> BuildContext | None:
    if not example.files:
        return None
    (folder / "Dockerfile").write_text(example.before)
    for name, text in example.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return read_context(str(folder))


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example_fires_where_it_says(rule: Rule, example: Example, tmp_path: Path) -> None:
    options = {rule.code: example.options}
    only = frozenset([rule.code])
    report = check_bytes(example.before.encode(), "Dockerfile", context_of(example, tmp_path), only, None, options)
    assert tuple(report.source.line(f.span.start) for f in report.findings) == example.lines
    assert all(f.code == rule.code for f in report.findings)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_fix_gives_the_stated_text_once_and_for_all(rule: Rule, example: Example, tmp_path: Path) -> None:
    only = frozenset([rule.code])
    options = {rule.code: example.options}
    context = context_of(example, tmp_path)
    result = fix_bytes(example.before.encode(), "Dockerfile", context, example.level, only, None, options)
    expected = example.before if example.after is None else example.after
    assert result.after.decode() == expected
    again = fix_bytes(result.after, "Dockerfile", context, example.level, only, None, options)
    assert again.after == result.after
    assert render(parse(result.after)) == result.after


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_rule_has_a_bad_and_a_good_example(entry: object) -> None:
    rule = load(entry.code)  # type: ignore[attr-defined]
    assert any(example.lines for example in rule.examples)
    assert any(not example.lines for example in rule.examples)
