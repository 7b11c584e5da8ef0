"""What may be kept of a result, and where it goes: the project's files, or a branch.

Nothing is kept that the engine refused to build, that a proof refuted, or in which our own rules find an
error that was not there before.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jettison.atomic import Replacement, replace_all
from jettison.errors import SourceError
from jettison.findings import Severity
from jettison.lint.engine import check_bytes
from jettison.optimize.stops import first_stop
from jettison.optimize.undo import forget, keep
from jettison.report.units import human_seconds

if TYPE_CHECKING:
    from jettison.optimize.branch import Repository
    from jettison.optimize.records import Outcome


class NotAccepted(Exception):
    """The result must not be kept; the message says why."""


def write(outcome: Outcome, unproven: bool) -> tuple[str, ...]:
    """Put a result in place of the project's files and return their paths; `jettison undo` takes it back.

    Raises:
        NotAccepted: it must not be kept.
        SourceError: a file changed meanwhile, or cannot be written; then all files are as they were.
    """
    if outcome.verdict == "unchanged":
        return ()
    replacements = _acceptable(outcome, unproven)
    if not replacements:
        return ()
    record = keep(outcome.request.project, replacements)
    try:
        replace_all(replacements)
    except SourceError:
        forget(record)
        raise
    return tuple(each.path for each in replacements)


def commit(outcome: Outcome, repository: Repository, name: str) -> tuple[str, tuple[str, ...]]:
    """Make the branch of a proven result; return its name and the titles of its commits.

    Raises:
        SourceError: it must not be kept, or git refused.
    """
    try:
        _acceptable(outcome, unproven=False)
    except NotAccepted as refusal:
        raise SourceError(f"no branch was made: {refusal}") from None
    assert outcome.chosen is not None
    repository.refuse_when_changed(outcome.dockerfile, outcome.source.data)
    if outcome.chosen.dockerignore is not None:
        repository.refuse_when_changed(outcome.ignore_path, outcome.ignore_before)
    branch = name or f"jettison/{outcome.chosen.name.partition(' ')[0]}"
    footer = _footer(outcome)
    titles = repository.commit_all(
        outcome.dockerfile, outcome.ignore_path, first_stop(outcome), outcome.stops, branch, footer
    )
    return branch, titles


def _footer(outcome: Outcome) -> str:
    lines = [f"All changes together were proven by `jettison optimize` on {outcome.engine}."]
    before, after = outcome.before, outcome.after
    if before is not None and after is not None and before.rebuild_seconds and after.rebuild_seconds:
        times = f"{human_seconds(before.rebuild_seconds)} -> {human_seconds(after.rebuild_seconds)}"
        lines.append(f"Rebuild after one more source line: {times}.")
    return "\n".join(lines)


def _acceptable(outcome: Outcome, unproven: bool) -> list[Replacement]:
    chosen = outcome.chosen
    if chosen is None or not (outcome.verdict == "proven" or (unproven and outcome.verdict == "not proven")):
        raise NotAccepted("the result is not proven")
    errors = _new_errors(outcome, chosen.dockerfile)
    if errors:
        raise NotAccepted(f"our own rules find an error in it: {'; '.join(errors[:3])}")
    replacements = []
    if chosen.dockerfile != outcome.source.data:
        replacements.append(Replacement(outcome.dockerfile, outcome.source.data, chosen.dockerfile))
    if chosen.dockerignore is not None:
        replacements.append(Replacement(outcome.ignore_path, outcome.ignore_before, chosen.dockerignore))
    return replacements


def _new_errors(outcome: Outcome, dockerfile: bytes) -> list[str]:
    """Return the findings at error level that the old file did not have, or had less often."""
    left = Counter(finding.code for finding in outcome.findings if finding.severity >= Severity.HIGH)
    report = check_bytes(dockerfile, outcome.dockerfile, None)
    new = []
    for finding in report.findings:
        if finding.severity < Severity.HIGH:
            continue
        left[finding.code] -= 1
        if left[finding.code] < 0:
            new.append(f"{finding.code} line {report.source.line(finding.span.start)}: {finding.message}")
    return new
