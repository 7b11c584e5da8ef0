"""What a rule is, and what its examples say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from jettison.findings import NO_IMPACT, SAFE, Confidence, Effort, Finding, Fix, Impact, Severity
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model


class Example(NamedTuple):
    """A Dockerfile, the lines a rule reports there, and what its fix makes of it (None: no fix)."""

    before: str
    after: str | None = None
    lines: tuple[int, ...] = ()
    level: int = SAFE
    files: tuple[tuple[str, str], ...] = ()


class Rule:
    """One rule. `triggers`: lower-case words of which one must occur in the file for it to run."""

    __slots__ = (
        "check",
        "code",
        "confidence",
        "effort",
        "examples",
        "foreign",
        "group",
        "message",
        "name",
        "severity",
        "triggers",
    )

    def __init__(
        self,
        code: str,
        name: str,
        group: str,
        message: str,
        check: Callable[[Model], Iterable[Finding]],
        examples: tuple[Example, ...],
        triggers: tuple[str, ...] = (),
        severity: int = Severity.MEDIUM,
        confidence: int = Confidence.HIGH,
        effort: int = Effort.LOW,
        foreign: tuple[str, ...] = (),
    ) -> None:
        self.code = code
        self.name = name
        self.group = group
        self.message = message
        self.check = check
        self.examples = examples
        self.triggers = triggers
        self.severity = severity
        self.confidence = confidence
        self.effort = effort
        self.foreign = foreign

    def at(
        self, span: Span, message: str | None = None, fix: Fix | None = None, impact: Impact = NO_IMPACT, detail: str = ""
    ) -> Finding:
        """Return a finding of this rule at a place."""
        return Finding(
            self.code,
            self.name,
            message or self.message,
            span,
            self.severity,
            self.confidence,
            self.effort,
            impact,
            fix,
            detail,
        )
