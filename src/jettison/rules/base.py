"""What a rule is, and what its examples say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from jettison.findings import NO_IMPACT, SAFE, Confidence, Effort, Finding, Fix, Impact, Severity
from jettison.named_tuple import NamedTuple
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model

NO_OPTIONS: Final[Mapping[str, object]] = {}


class Example(NamedTuple):
    """A Dockerfile, the lines a rule reports there, and what its fix makes of it (None: no fix).

    files: other files of the build context, (path, text). options: settings of the rule.
    """

    before: str
    after: str | None = None
    lines: tuple[int, ...] = ()
    level: int = SAFE
    files: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, object] = NO_OPTIONS


class Rule:
    """One rule. `triggers`: lower-case words of which one must occur in the file for it to run.

    `default`: whether it runs unless it is selected by name, by its group or in the settings.
    `foreign`: ids of other tools' rules that it stands for.
    `differs`: how it differs from those, in a sentence or two; "" when it does not.
    `options`: settings of the rule, name -> default value (bool, int, str, or a list of str).
    """

    __slots__ = (
        "check",
        "code",
        "confidence",
        "default",
        "differs",
        "effort",
        "examples",
        "foreign",
        "group",
        "message",
        "name",
        "needs_context",
        "needs_options",
        "options",
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
        default: bool = True,
        differs: str = "",
        options: Mapping[str, object] = NO_OPTIONS,
        needs_context: bool = False,
        needs_options: bool = False,
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
        self.default = default
        self.differs = differs
        self.options = options
        # Without a build context at hand, or without an option that is set, the rule is not even loaded.
        self.needs_context = needs_context
        self.needs_options = needs_options

    def option(self, model: Model, name: str) -> Any:
        """Return a setting of this rule: the user's, else its default."""
        return model.options.get(self.code, NO_OPTIONS).get(name, self.options[name])

    def at(
        self,
        span: Span,
        message: str | None = None,
        fix: Fix | None = None,
        impact: Impact = NO_IMPACT,
        detail: str = "",
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
