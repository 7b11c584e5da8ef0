"""One file through all rules that may apply to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Severity
from jettison.lint import suppress
from jettison.model.dockerfile import Model, build_model
from jettison.rules.index import Entry, load, watch
from jettison.span import SourceText, Span
from jettison.syntax.refusals import directive_refusals, is_plain, refusals
from jettison.syntax.tree import File, parse

if TYPE_CHECKING:
    from jettison.model.context import BuildContext

MAX_BYTES: Final = 1024 * 1024
MAX_FINDINGS: Final = 500
# In a message a shorter value, or a word, would take half of it along.
LEAST_SECRET: Final = 6
LEAST_WORD: Final = 12
UNKNOWN: Final = "unknown-instruction"
# More lines than this that begin with no instruction are not slips of the pen.
MAX_UNKNOWN: Final = 5
SYNTAX_CODE: Final = "JT001"
INTERNAL_CODE: Final = "JT000"


class FileReport:
    """What was found in one file, in the order of the file.

    `fails_always`: the file asks (`# check=error=true`) that a finding of a build check fails.
    `builds`: what builds the file, where Compose or Bake files say so.
    """

    __slots__ = ("_secrets", "builds", "fails_always", "findings", "model", "path", "source", "suppressed")

    def __init__(
        self,
        path: str,
        source: SourceText,
        model: Model | None,
        findings: tuple[Finding, ...],
        suppressed: tuple[Finding, ...],
        fails_always: bool = False,
    ) -> None:
        self.path = path
        self.source = source
        self.model = model
        self.findings = findings
        self.suppressed = suppressed
        self.fails_always = fails_always
        self.builds: tuple[str, ...] = ()
        self._secrets: tuple[Span, ...] | None = None

    @property
    def secrets(self) -> tuple[Span, ...]:
        """Return the places that must not be shown, in order; looked for once."""
        if self._secrets is None:
            from jettison.report.mask import shown_spans

            self._secrets = shown_spans(self.source.data, self.model)
        return self._secrets

    @property
    def secret_texts(self) -> tuple[str, ...]:
        """Return the texts of these places, the longest first."""
        texts = {
            self.source.data[span.start : span.end].decode("utf-8", "replace").strip("\"'") for span in self.secrets
        }
        return tuple(sorted(texts - {""}, key=lambda text: (-len(text), text)))

    def mask_messages(self) -> None:
        """Take the secrets of the file out of all messages, which may name words of its commands."""
        if not (self.findings or self.suppressed) or not self.secrets:
            return
        texts = [t for t in self.secret_texts if len(t) >= LEAST_SECRET and not (t.isalpha() and len(t) < LEAST_WORD)]
        self.findings = tuple(_masked(finding, texts) for finding in self.findings)
        self.suppressed = tuple(_masked(finding, texts) for finding in self.suppressed)


def _masked(finding: Finding, texts: Sequence[str]) -> Finding:
    from jettison.report.mask import masked_message

    fix = finding.fix
    if fix is not None:
        fix = fix._replace(title=masked_message(fix.title, texts))
    return finding._replace(message=masked_message(finding.message, texts), fix=fix)


def check_bytes(
    data: bytes,
    path: str,
    context: BuildContext | None = None,
    select: frozenset[str] | None = None,
    ignore: frozenset[str] | None = None,
    options: Mapping[str, Mapping[str, object]] | None = None,
    *,
    severity: Mapping[str, int] | None = None,
    required: frozenset[str] = frozenset(),
    foreign_comments: bool = True,
    build_args: Mapping[str, str] | None = None,
    target: str | None = None,
    build_contexts: frozenset[str] = frozenset(),
) -> FileReport:
    """Return the report of one file; a rule that raises is a finding, and all others still run.

    `select` None stands for the rules that run by default; `options`: rule code -> settings of the rule;
    `severity`: rule code -> severity in place of the rule's own; `required`: rules that no comment mutes;
    `foreign_comments`: whether comments of other tools mute. `build_args`, `target` and `build_contexts`
    are what the build of this file is given.
    """
    if len(data) > MAX_BYTES or b"\0" in data[:8192]:
        why = "is binary" if b"\0" in data[:8192] else f"is larger than {MAX_BYTES} bytes"
        finding = own_finding(
            SYNTAX_CODE, "not-a-dockerfile", f"the file {why}; no Dockerfile was expected to be", Span(0, 0)
        )
        return FileReport(path, SourceText(data[:8192], path), None, (finding,), ())
    file = parse(data, path)
    model = build_model(file, context, build_args, target)
    model.build_contexts = build_contexts
    model.options = options or {}
    found = list(_broken(file))
    found.extend(islice(_refused(file), MAX_FINDINGS))
    if not file.instructions and not file.errors:
        found.append(own_finding(SYNTAX_CODE, "no-instructions", "the file holds no instruction", Span(0, 0)))
    _run(watch(select, ignore).concerned(model.lowered, context is not None, model.words_of_text), model, found)
    if model.unread_shell is not None:
        message = "the file holds more shell commands than are looked at; those from here on are not"
        found.append(own_finding(SYNTAX_CODE, "too-many-commands", message, model.unread_shell.keyword_span))
    if severity:
        found = [f._replace(severity=severity[f.code]) if f.code in severity else f for f in found]
    muted = suppress.read(file, foreign_comments)
    found.extend(muted.problems)
    found.sort(key=lambda f: (f.span.start, f.code))
    kept: list[Finding] = []
    dropped: list[Finding] = []
    for finding in found:
        (dropped if finding.code not in required and muted.mutes(finding) else kept).append(finding)
    report = FileReport(path, file.source, model, tuple(kept), tuple(dropped), muted.fails_always)
    report.mask_messages()
    return report


def _broken(file: File) -> Iterator[Finding]:
    """Yield the errors of the tree; of a text that is no Dockerfile the first alone, with how many follow."""
    if not file.errors:
        return
    unknown = [error for error in file.errors if error.code == UNKNOWN]
    template = len(unknown) > MAX_UNKNOWN
    for error in islice(file.errors, MAX_FINDINGS):
        if not template or error.code != UNKNOWN:
            yield own_finding(SYNTAX_CODE, error.code, error.message, error.span)
        elif error is unknown[0]:
            message = f"{error.message}; {len(unknown) - 1} more lines are none: is this a Dockerfile, or a template?"
            yield own_finding(SYNTAX_CODE, error.code, message, error.span)


def _refused(file: File) -> Iterator[Finding]:
    for message, span in directive_refusals(file):
        yield own_finding(SYNTAX_CODE, "refused-by-builders", message, span)
    for node in file.instructions:
        for message, span in () if is_plain(node) else refusals(file, node):
            yield own_finding(SYNTAX_CODE, "refused-by-builders", message, span)


def _run(entries: Iterable[Entry], model: Model, found: list[Finding]) -> None:
    """Add what each rule finds; what one does that fails is a finding too."""
    options = model.options
    for entry in entries:
        if entry.needs_options and entry.code not in options:
            continue
        try:
            each = iter(load(entry.code).check(model))
            # Most rules find nothing in most files.
            first = next(each, None)
            if first is not None:
                found += _bounded(first, each, entry)
        except Exception as error:
            message = f"rule {entry.name} failed: {type(error).__name__}"
            found.append(own_finding(INTERNAL_CODE, "internal-error", message, Span(0, 0)))


def _bounded(first: Finding, others: Iterator[Finding], entry: Entry) -> list[Finding]:
    found = [first, *islice(others, MAX_FINDINGS)]
    if len(found) > MAX_FINDINGS:
        message = f"{entry.name} reports more than {MAX_FINDINGS} places; the others from here on are left out"
        found[-1] = found[-1]._replace(message=message, fix=None)
    return found


def own_finding(code: str, name: str, message: str, span: Span) -> Finding:
    """Return a finding of the checker itself rather than of a rule."""
    return Finding(code, name, message, span, Severity.HIGH, Confidence.HIGH, Effort.LOW, NO_IMPACT)
