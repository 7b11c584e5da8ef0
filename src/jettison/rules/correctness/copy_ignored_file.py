"""COPY of a file that the ignore file keeps out of the build context.

The build fails with "not found", although the file is there.

Source: BuildKit build checks, CopyIgnoredFile.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING

from jettison.findings import Finding, Severity
from jettison.rules.base import Example, Rule

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each plain source that an ignore pattern excludes."""
    context = model.context
    if context is None or context.ignore is None:
        return
    for node in model.instructions("COPY", "ADD"):
        if node.flag("from") or len(node.words) < 2:
            continue
        for word in node.words[:-1]:
            path = posixpath.normpath(word.value).lstrip("/")
            if any(mark in word.value for mark in "*?[$<") or "://" in word.value or path in (".", ""):
                continue
            if context.ignore.excludes(path) and not context.exists_below(path):
                yield RULE.at(word.span, f"{context.ignore_path} keeps {path[:60]} out of the build context")


RULE = Rule(
    code="JT721",
    name="copy-ignored-file",
    group="correctness",
    message="COPY of a file that the ignore file keeps out",
    check=check,
    needs_context=True,
    triggers=("copy", "add"),
    severity=Severity.HIGH,
    foreign=("CopyIgnoredFile",),
    examples=(
        Example(
            before="FROM debian:bookworm\nCOPY notes.md /srv/\n",
            lines=(2,),
            files=((".dockerignore", "*.md\n"), ("notes.md", "x\n")),
        ),
        Example(
            before="FROM debian:bookworm\nCOPY app.py /srv/\n",
            files=((".dockerignore", "*.md\n"), ("app.py", "x\n")),
        ),
    ),
)
