"""Fixes merged and repeated until nothing is left to fix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from jettison.findings import Finding
from jettison.lint.engine import check_bytes
from jettison.syntax.edit import apply, merge
from jettison.syntax.tree import parse

if TYPE_CHECKING:
    from jettison.model.context import BuildContext

MAX_ROUNDS: Final = 10


class FixResult:
    """The file before and after, what was applied, and files to be created beside it."""

    __slots__ = ("after", "applied", "before", "creates", "rounds")

    def __init__(self, before: bytes) -> None:
        self.before = before
        self.after = before
        self.applied: tuple[Finding, ...] = ()
        self.creates: dict[str, str] = {}
        self.rounds = 0


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
    """Return the settled result of applying every fix at or above `level`.

    A round whose result no longer parses as well as before is thrown away, and the fixing ends.
    """
    result = FixResult(data)
    for number in range(MAX_ROUNDS):
        report = check_bytes(
            result.after, path, context, select, ignore, options, required=required, foreign_comments=foreign_comments
        )
        fixable = [f for f in report.findings if f.fix is not None and f.fix.applicability >= level]
        for finding in fixable:
            if finding.fix is not None:
                result.creates.update({n: c for n, c in finding.fix.creates if n not in result.creates})
        wanted = [f.fix for f in fixable if f.fix is not None and f.fix.edits]
        chosen, _ = merge(wanted)
        if not chosen:
            break
        edited = apply(result.after, [edit for fix in chosen for edit in fix.edits])
        if edited == result.after or len(parse(edited).errors) > len(parse(result.after).errors):
            break
        result.after = edited
        result.applied += tuple(f for f in fixable if f.fix in chosen)
        result.rounds = number + 1
    return result
