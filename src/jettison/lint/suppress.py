"""Comments that mute a rule: `# jettison: ignore=RULE[,RULE] reason` above the instruction.

`ignore-file=` mutes for the whole file. A reason is required: without one the comment mutes
nothing and is itself a finding.
"""

from __future__ import annotations

import re
from typing import Final

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Severity
from jettison.rules.index import resolve
from jettison.span import Span
from jettison.syntax.tree import Comment, File, Instruction

CODE: Final = "JT002"
_COMMENT: Final = re.compile(r"\s*jettison:\s*(ignore(?:-file)?)\s*=\s*([\w,-]+)\s*(.*)", re.DOTALL)


class Suppressions:
    """The rules muted for the whole file, and those muted for spans of it."""

    __slots__ = ("everywhere", "problems", "spans")

    def __init__(self) -> None:
        self.everywhere: set[str] = set()
        self.spans: list[tuple[Span, frozenset[str]]] = []
        self.problems: list[Finding] = []

    def mutes(self, finding: Finding) -> bool:
        """Return whether this finding is muted."""
        if finding.code in self.everywhere:
            return True
        at = finding.span.start
        return any(
            span.start <= at < max(span.end, span.start + 1) and finding.code in codes for span, codes in self.spans
        )


def read(file: File) -> Suppressions:
    """Return the suppressions of a file."""
    found = Suppressions()
    waiting: set[str] = set()
    for node in file.nodes:
        if isinstance(node, Comment):
            waiting |= _read_comment(found, node)
        elif isinstance(node, Instruction):
            if waiting:
                found.spans.append((node.span, frozenset(waiting)))
            waiting = set()
    return found


def _read_comment(found: Suppressions, node: Comment) -> set[str]:
    match = _COMMENT.match(node.text)
    if match is None:
        return set()
    codes = {code for name in match[2].split(",") for code in resolve(name)}
    if not match[3].strip():
        found.problems.append(_problem(node.span, "this comment mutes nothing: it gives no reason"))
        return set()
    if not codes:
        found.problems.append(_problem(node.span, "this comment mutes nothing: it names no known rule"))
        return set()
    if match[1] == "ignore-file":
        found.everywhere |= codes
        return set()
    return codes


def _problem(span: Span, message: str) -> Finding:
    return Finding(CODE, "bad-suppression", message, span, Severity.LOW, Confidence.HIGH, Effort.LOW, NO_IMPACT)
