"""Packages that stand on lines of their own are not in alphabetical order.

In order, a package that is listed twice shows, and two people who add one each do not meet in the same line.
Nothing else moves: the names change places, the layout stays.

Source: Docker documentation, "Building best practices", "Sort multi-line arguments".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Severity
from jettison.knowledge.package_managers import MANAGERS
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.packages import PackageCall

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.+:=~@^/-]*\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each list of at least three packages on lines of their own."""
    for run in model.runs:
        if run.has_error:
            continue
        for call in model.facts(run):
            if call.action != "install" or not MANAGERS[call.manager]["system"] or len(call.packages) < 3:
                continue
            raws = [word.raw for word in call.packages]
            ordered = sorted(raws, key=str.lower)
            if raws != ordered and _movable(model, call):
                pairs = zip(call.packages, ordered, strict=True)
                edits = tuple(Edit(word.span, text) for word, text in pairs if word.raw != text)
                yield RULE.at(call.packages[0].span, fix=Fix("Put them in order", edits, SAFE))


def _movable(model: Model, call: PackageCall) -> bool:
    words = call.packages
    if not all(_NAME.match(word.raw) for word in words):
        return False
    lines = [model.source.line(word.span.start) for word in words]
    if len(set(lines)) != len(lines):
        return False
    between = model.source.data[words[0].span.start : words[-1].span.end]
    # A comment, or an option between them, belongs to the line it stands at.
    return b"#" not in between and not any(
        words[0].span.start < word.span.start < words[-1].span.end and word.value.startswith("-")
        for word in call.command.argv
    )


RULE = Rule(
    code="JT836",
    name="sorted-packages",
    group="style",
    message="packages are not in alphabetical order",
    check=check,
    triggers=("install", " add ", "zypper"),
    severity=Severity.INFO,
    default=False,
    foreign=("tally/sort-packages",),
    examples=(
        Example(
            before="FROM debian:bookworm\nRUN apt-get install -y \\\n    git \\\n    curl \\\n    bash\n",
            after="FROM debian:bookworm\nRUN apt-get install -y \\\n    bash \\\n    curl \\\n    git\n",
            lines=(3,),
        ),
        Example(before="FROM debian:bookworm\nRUN apt-get install -y git curl bash\n"),
    ),
)
