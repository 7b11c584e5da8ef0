"""What ShellCheck says about the files of one run, as findings at their places in the Dockerfiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Severity
from jettison.lint import suppress
from jettison.lint.engine import INTERNAL_CODE, MAX_FINDINGS, FileReport, own_finding
from jettison.shellcheck import program
from jettison.shellcheck.scripts import Script, scripts
from jettison.span import Span

_SEVERITIES: Final = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "info": Severity.LOW,
    "style": Severity.INFO,
}
NAME: Final = "shellcheck"


class Wanted(NamedTuple):
    """A checked file, and which of ShellCheck's codes it is to have (`select` None: all of them)."""

    report: FileReport
    select: frozenset[str] | None
    ignore: frozenset[str]
    severity: Mapping[str, int]
    required: frozenset[str]
    foreign_comments: bool


def add(wanted: Sequence[Wanted]) -> None:
    """Add ShellCheck's findings to the reports; the scripts of all files share processes.

    Raises:
        UsageError: the program is not installed.
    """
    texts: list[tuple[Wanted, Script]] = []
    for item in wanted:
        if item.report.model is not None:
            texts.extend((item, script) for script in scripts(item.report.model))
    path = program.find()
    said = program.run(path, [script.text for _, script in texts])
    found: dict[int, list[Finding]] = {}
    for (item, script), comments in zip(texts, said, strict=True):
        mine = found.setdefault(id(item), [])
        if comments is None:
            mine.append(own_finding(INTERNAL_CODE, "shellcheck-failed", "shellcheck gave no answer", Span(0, 0)))
        else:
            mine.extend(finding for comment in comments if (finding := _finding(comment, script, item)) is not None)
    for item in wanted:
        _merge(item, found.get(id(item), []))


def _finding(comment: dict[str, Any], script: Script, item: Wanted) -> Finding | None:
    code = f"SC{comment['code']}"
    if code in item.ignore or (item.select is not None and code not in item.select):
        return None
    span = script.span(comment["line"], comment["column"], comment["endLine"], comment["endColumn"])
    severity = item.severity.get(code, _SEVERITIES.get(comment["level"], Severity.LOW))
    return Finding(code, NAME, str(comment["message"]), span, severity, Confidence.HIGH, Effort.LOW, NO_IMPACT)


def _merge(item: Wanted, found: list[Finding]) -> None:
    report = item.report
    if not found or report.model is None:
        return
    secrets = report.secret_texts
    muted = suppress.read(report.model.file, item.foreign_comments)
    kept, dropped = list(report.findings), list(report.suppressed)
    for finding in dict.fromkeys(found[:MAX_FINDINGS]):
        # ShellCheck quotes from the script: a message that repeats a secret is not passed on.
        if any(secret in finding.message for secret in secrets):
            finding = finding._replace(message="see the page of this code")
        (dropped if finding.code not in item.required and muted.mutes(finding) else kept).append(finding)
    kept.sort(key=lambda f: (f.span.start, f.code))
    report.findings, report.suppressed = tuple(kept), tuple(dropped)
