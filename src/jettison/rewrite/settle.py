"""Fixes merged and repeated until nothing is left to fix."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.findings import SAFE, Finding, Fix
from jettison.lint.engine import FileReport, check_bytes
from jettison.syntax.edit import apply, merge
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.model.context import BuildContext

MAX_ROUNDS: Final = 10
# Fixes that only some builds ask for are taken one by one.
MAX_SINGLE: Final = 100


class FixResult:
    """The file before and after, what was applied, and files to be created: path -> content."""

    __slots__ = ("after", "applied", "before", "creates", "rounds")

    def __init__(self, before: bytes) -> None:
        self.before = before
        self.after = before
        self.applied: tuple[Finding, ...] = ()
        self.creates: dict[str, str] = {}
        self.rounds = 0


class Way(NamedTuple):
    """One way in which a file is built. folder: where files are created that the build wants; check: its findings."""

    folder: str
    check: Callable[[bytes], FileReport]


def fix_bytes(
    data: bytes,
    path: str,
    context: BuildContext | None,
    level: int,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] | None = None,
    options: Mapping[str, Mapping[str, object]] | None = None,
    *,
    required: frozenset[str] = frozenset(),
    foreign_comments: bool = True,
) -> FixResult:
    """Return the settled result of applying every fix at or above `level`; as `fix_ways` for the one way of a context."""

    def check(text: bytes) -> FileReport:
        return check_bytes(
            text, path, context, select, ignore, options, required=required, foreign_comments=foreign_comments
        )

    return fix_ways(data, (Way("", check),), level)


def fix_ways(data: bytes, ways: Sequence[Way], level: int) -> FixResult:
    """Return the settled result of applying every fix at or above `level` that any way asks for.

    What all ways ask for is applied at once. What only some ask for is applied where no other way gets a finding by it.
    A round whose result no longer parses as well as before is thrown away, and the fixing ends.
    """
    result = FixResult(data)
    for number in range(MAX_ROUNDS if len(ways) == 1 else MAX_ROUNDS + MAX_SINGLE):
        reports = [way.check(result.after) for way in ways]
        fixable = [tuple(_fixable(report, level)) for report in reports]
        for way, found in zip(ways, fixable, strict=True):
            for _, fix in found:
                for name, content in fix.creates:
                    _add_lines(result.creates, os.path.join(way.folder, name), content)
        step = _step_of_all(result.after, fixable) or _step_of_some(result.after, ways, reports, fixable)
        if step is None:
            break
        result.after, applied = step
        result.applied += applied
        result.rounds = number + 1
    return result


def _add_lines(files: dict[str, str], path: str, content: str) -> None:
    """Add what a file does not hold yet: several findings may ask for the same file."""
    known = files.get(path, "").splitlines(keepends=True)
    files[path] = "".join(dict.fromkeys((*known, *content.splitlines(keepends=True))))


def _fixable(report: FileReport, level: int) -> Iterator[tuple[Finding, Fix]]:
    for finding in report.findings:
        if finding.fix is not None and finding.fix.applicability >= level:
            yield finding, finding.fix


_Fixable = tuple[tuple[Finding, Fix], ...]
_Step = tuple[bytes, tuple[Finding, ...]]


def _step_of_all(data: bytes, fixable: Sequence[_Fixable]) -> _Step | None:
    """Return the text after all fixes that every way asks for; None where that changes nothing, or does harm."""
    first, *others = fixable
    asked = [{fix.edits for _, fix in found} for found in others]
    shared = [(finding, fix) for finding, fix in first if fix.edits and all(fix.edits in edits for edits in asked)]
    chosen, _ = merge([fix for _, fix in shared])
    edited = _applied(data, chosen)
    return None if edited is None else (edited, tuple(finding for finding, fix in shared if fix in chosen))


def _step_of_some(
    data: bytes, ways: Sequence[Way], reports: Sequence[FileReport], fixable: Sequence[_Fixable]
) -> _Step | None:
    """Return the text after the first fix that some ways ask for and that brings no finding to any other way."""
    if len(ways) == 1:
        return None
    before = [_codes(report) for report in reports]
    asked = [{fix.edits for _, fix in found} for found in fixable]
    tried: set[object] = set()
    for finding, fix in (pair for found in fixable for pair in found):
        if not fix.edits or fix.edits in tried:
            continue
        tried.add(fix.edits)
        edited = _applied(data, [fix])
        others = [number for number, edits in enumerate(asked) if fix.edits not in edits]
        if edited is None or any(_inherits(reports[number], fix) for number in others):
            continue
        if not any(_codes(ways[number].check(edited)) - before[number] for number in others):
            return edited, (finding,)
    return None


def _inherits(report: FileReport, fix: Fix) -> bool:
    """Return whether a fix that may change what an image does changes a stage that a build goes on from."""
    model = report.model
    if fix.applicability >= SAFE or model is None or model.final is None:
        return False
    below = [stage for stage in model.lineage(model.final) if stage is not model.final]
    spans = [node.span for stage in below for node in (stage.from_, *stage.instructions)]
    return any(span.start <= edit.span.start <= span.end for span in spans for edit in fix.edits)


def _codes(report: FileReport) -> Counter[str]:
    return Counter(finding.code for finding in report.findings)


def _applied(data: bytes, fixes: Sequence[Fix]) -> bytes | None:
    """Return the text after some fixes; None where it is the same, or no longer parses as well."""
    if not fixes:
        return None
    edited = apply(data, [edit for fix in fixes for edit in fix.edits])
    return None if edited == data or len(parse(edited).errors) > len(parse(data).errors) else edited
