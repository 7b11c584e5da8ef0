"""An ENV uses a variable that the same ENV sets.

All values of one ENV are replaced before any of them is set: `ENV A=1 B=$A` gives B the old value of A,
usually nothing. Use two ENV instructions. PATH, and a name that the same ENV sets from its own old value
(`A=${A:-1} B=${A:-1}`), are known to have one and are not reported.

Source: Dockerfile reference, "Environment replacement".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding
from jettison.rules.base import Example, Rule
from jettison.syntax.expand import references

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each value that uses a name which the same ENV sets and nothing set before."""
    for stage in model.stages:
        for node in stage.instructions:
            if node.keyword != "ENV" or len(node.pairs) < 2:
                continue
            scope = model.scope_at(node, stage)
            names = {name.value for name, _ in node.pairs} - set(scope.env) - set(scope.args) - {"PATH"}
            used_by = [
                (name, value, {ref for ref, _, _ in references(value.raw, model.file.escape)})
                for name, value in node.pairs
                if value is not None and "$" in value.raw
            ]
            names -= {name.value for name, _, found in used_by if name.value in found}
            for name, value, found in used_by:
                used = {ref for ref in found if ref in names and ref != name.value}
                if used:
                    text = f"{min(used)[:60]} is set by the same ENV and still has its old value here"
                    yield RULE.at(value.span, text)


RULE = Rule(
    code="JT708",
    name="env-refers-to-itself",
    group="correctness",
    message="an ENV uses a variable that the same ENV sets",
    check=check,
    triggers=("env",),
    foreign=("DL3044",),
    differs="A name that an earlier ENV or ARG set has a value; using it is not reported.",
    examples=(
        Example(before="FROM debian:bookworm\nENV A=/a B=$A/b\n", lines=(2,)),
        Example(before='FROM example/base:1\nENV A="${A:-/a}" B="${A:-/a}/b"\n'),
        Example(before="FROM debian:bookworm\nENV A=/a\nENV B=$A/b PATH=$PATH:/a\n"),
    ),
)
