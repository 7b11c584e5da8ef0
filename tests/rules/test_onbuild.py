"""Rules about commands look at what ONBUILD makes others run, and mend it where it stands."""

from __future__ import annotations

import re

import pytest

from jettison.findings import UNSAFE
from jettison.model.dockerfile import build_model
from jettison.rules.base import Example, Rule
from jettison.rules.index import ENTRIES, load
from jettison.syntax.edit import apply
from jettison.syntax.tree import parse

CODES = """JT104 JT105 JT106 JT211 JT310 JT320 JT321 JT322 JT323 JT324 JT325 JT328 JT329 JT330 JT410 JT413 JT417 JT453 JT611 JT620""".split()
RUN = re.compile(r"^RUN ", re.MULTILINE)
CASES = [
    pytest.param(rule, example, id=f"{code}-{number}")
    for code in CODES
    for rule in (load(code),)
    for number, example in enumerate(rule.examples)
    if example.before.count("FROM ") == 1
    and len(RUN.findall(example.before)) == 1
    and example.lines
    and not example.files
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_trigger_is_checked_like_the_run_it_is(rule: Rule, example: Example) -> None:
    line = example.before[: RUN.search(example.before).start()].count("\n") + 1  # type: ignore[union-attr]
    if line not in example.lines:
        pytest.skip("the example is about another instruction")
    data = RUN.sub("ONBUILD RUN ", example.before).encode()
    model = build_model(parse(data))
    model.options = {rule.code: example.options}
    found = list(rule.check(model))
    assert line in [model.source.line(finding.span.start) for finding in found]
    edits = [edit for f in found if f.fix and f.fix.applicability >= UNSAFE for edit in f.fix.edits]
    if example.after is not None and example.lines == (line,):
        assert apply(data, edits) == RUN.sub("ONBUILD RUN ", example.after).encode()


def test_the_rules_exist() -> None:
    assert set(CODES) <= {entry.code for entry in ENTRIES}
    assert len(CASES) > 30
