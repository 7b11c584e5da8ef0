"""Comments that mute a rule: `# jettison: ignore=RULE[,RULE] reason` above the instruction.

`ignore-file=` mutes for the whole file. A reason is required: without one the comment mutes
nothing and is itself a finding. The comments of other tools are honoured as they are
(`foreign_comments.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Severity
from jettison.rules.index import finding_codes
from jettison.span import Span
from jettison.syntax.tree import Comment, File, Instruction

CODE: Final = "JT002"
ALL: Final = "*"
_OWN: Final = "jettison:"
_TOOLS: Final = ("hadolint", "tally", "checkov:", "trivy:", "kics-scan")
_FOREIGN: Final = re.compile("|".join(_TOOLS))
_MARKS: Final = tuple(mark.encode() for mark in (_OWN, *_TOOLS))
_COMMENT: Final = re.compile(r"\s*jettison:\s*(ignore(?:-file)?)\s*=\s*([\w,/-]+)\s*(.*)", re.DOTALL)


class Suppressions:
    """The rules muted for the whole file, and those for instructions and stages of it (ALL: every rule).

    The spans of `instructions` and of `stages` stand in order and do not overlap.
    """

    __slots__ = ("everywhere", "fails_always", "instructions", "problems", "stages")

    def __init__(self) -> None:
        self.everywhere: set[str] = set()
        self.instructions: list[tuple[Span, frozenset[str]]] = []
        self.stages: list[tuple[Span, frozenset[str]]] = []
        self.problems: list[Finding] = []
        self.fails_always = False

    def mutes(self, finding: Finding) -> bool:
        """Return whether this finding is muted; what the checker itself reports (JT0xx) only by its code."""
        if not self.everywhere and not self.instructions and not self.stages:
            return False
        names = {finding.code} if finding.code.startswith("JT0") else {finding.code, ALL}
        if not names.isdisjoint(self.everywhere):
            return True
        at = finding.span.start
        return any(not names.isdisjoint(_at(spans, at)) for spans in (self.instructions, self.stages))


def _at(spans: list[tuple[Span, frozenset[str]]], offset: int) -> frozenset[str]:
    index = bisect_right(spans, offset, key=lambda pair: pair[0].start) - 1
    return spans[index][1] if index >= 0 and offset < spans[index][0].end else frozenset()


def read(file: File, foreign: bool = True) -> Suppressions:
    """Return the suppressions of a file; `foreign`: honour those of other tools as well."""
    found = Suppressions()
    waiting: set[str] = set()
    stage: set[str] = set()
    if foreign and "check" in file.directives:
        from jettison.lint.foreign_comments import read_directive

        skipped, found.fails_always = read_directive(file.directives["check"].value)
        found.everywhere |= skipped
    started = False
    if not any(map(file.source.data.__contains__, _MARKS if foreign else _MARKS[:1])):
        return found
    for node in file.nodes:
        if isinstance(node, Comment):
            if _OWN in node.text:
                waiting |= _read_comment(found, node)
            elif foreign and _FOREIGN.search(node.text):
                _read_foreign(found, node.text, waiting, stage, started)
        elif isinstance(node, Instruction):
            started = True
            if node.keyword == "FROM":
                _close_stage(found, node.span.start)
                if stage:
                    found.stages.append((Span(node.span.start, len(file.source.data)), frozenset(stage)))
            else:
                waiting |= stage
            if waiting:
                found.instructions.append((node.span, frozenset(waiting)))
            waiting, stage = set(), set()
    return found


def _close_stage(found: Suppressions, end: int) -> None:
    if found.stages:
        span, codes = found.stages[-1]
        found.stages[-1] = (Span(span.start, min(span.end, end)), codes)


def _read_foreign(found: Suppressions, text: str, waiting: set[str], stage: set[str], started: bool) -> None:
    from jettison.lint.foreign_comments import BLOCK, FILE, read_comment

    for reach, codes in read_comment(text, started):
        target = found.everywhere if reach == FILE else stage if reach == BLOCK else waiting
        target |= codes


def _read_comment(found: Suppressions, node: Comment) -> set[str]:
    match = _COMMENT.match(node.text)
    if match is None:
        return set()
    codes = {code for name in match[2].split(",") for code in finding_codes(name)}
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
