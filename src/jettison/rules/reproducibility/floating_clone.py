"""git clone of whatever the branch holds today.

The RUN is cached by its text: it clones once and never again on this machine, and something else on another.
Check out a tag or a commit (`git clone --branch v1.2`, `git checkout HASH`), or use
`ADD https://host/repo.git#TAG`.

Source: Dockerfile reference, "Adding files from a Git repository".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

_MOVING: Final = frozenset(("main", "master", "develop", "dev", "trunk", "HEAD", "latest", "stable"))
_FIXED: Final = re.compile(r"[$\d]|[0-9a-f]{7,40}\Z")


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each clone without a tag or commit in the same RUN."""
    for run in model.runs:
        settled = any(
            c.name == "git" and any(a in ("checkout", "reset", "fetch", "switch") for a in c.arguments)
            for c in run.commands
        )
        for command in run.commands:
            if command.name != "git" or "clone" not in command.arguments or settled:
                continue
            branch = _branch(command.arguments)
            if branch is None or branch in _MOVING or not _FIXED.search(branch):
                what = f"branch {branch[:40]}" if branch else "the default branch"
                yield RULE.at(command.span, f"{what} is cloned as it is today")


def _branch(arguments: tuple[str, ...]) -> str | None:
    for word, following in zip(arguments, (*arguments[1:], ""), strict=True):
        if word in ("-b", "--branch"):
            return following
        if word.startswith("--branch="):
            return word.partition("=")[2]
    return None


RULE = Rule(
    code="JT621",
    name="floating-clone",
    group="reproducibility",
    message="a clone of whatever the branch holds today",
    check=check,
    triggers=("clone",),
    severity=Severity.LOW,
    examples=(
        Example(before="FROM debian:bookworm\nRUN git clone --depth 1 https://e.org/x.git\n", lines=(2,)),
        Example(
            before="FROM debian:bookworm\nRUN git clone -b v1.2 https://e.org/x.git\nRUN git clone x && cd x && git checkout abcdef0\n"
        ),
    ),
)
