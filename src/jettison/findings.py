"""What a rule reports: findings, the fixes they offer and what each is worth."""

from __future__ import annotations

from typing import Final

from jettison.named_tuple import NamedTuple
from jettison.severity import Severity as Severity
from jettison.span import Span

SHOW: Final = 0
UNSAFE: Final = 1
SAFE: Final = 2
APPLICABILITY_NAMES: Final = ("show", "unsafe", "safe")


class Confidence:
    """How sure the rule is that the finding is right; ordered."""

    LOW: Final = 0
    MEDIUM: Final = 1
    HIGH: Final = 2
    NAMES: Final = ("low", "medium", "high")


class Effort:
    """Complexity of following the advice by hand; ordered, higher is more work."""

    LOW: Final = 0
    MEDIUM: Final = 1
    HIGH: Final = 2
    NAMES: Final = ("low", "medium", "high")


class Edit(NamedTuple):
    """Replace the bytes of `span` by `text` (an empty text deletes)."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A remedy: all edits are applied together or not at all.

    `applicability`: SAFE never changes what the image does apart from what the rule
    says it removes; UNSAFE may; SHOW is only ever displayed.
    `creates`: other files of the build context to write: (relative path, content).
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: int
    creates: tuple[tuple[str, str], ...] = ()


class KnownVulnerabilities(NamedTuple):
    """The known vulnerabilities of the packages in a built image that a finding is about.

    counts: (severity, number) without zeros, the worst first; exploited: how many are known to be.
    at_most: following the advice may leave some of them. at_least: the data may not know of all.
    sources: the data; dated: day of its oldest part, age: days since.
    """

    counts: tuple[tuple[str, int], ...]
    exploited: int
    at_most: bool
    at_least: bool
    sources: tuple[str, ...]
    dated: str
    age: int

    @property
    def total(self) -> int:
        """Return the number of all severities."""
        return sum(number for _, number in self.counts)


class Impact(NamedTuple):
    """What following the advice gains. Each pair is (low, high); None means no claim.

    bytes_saved: unpacked image bytes; seconds_saved: seconds of a rebuild after a
    source change; context_bytes: bytes no longer sent to the builder.
    basis: of the pairs, "measured", "measured at most", "attributed" or "estimated".
    vulnerabilities, secrets: only ever counted in a built image.
    """

    bytes_saved: tuple[int, int] | None = None
    seconds_saved: tuple[float, float] | None = None
    context_bytes: tuple[int, int] | None = None
    basis: str = "estimated"
    vulnerabilities: KnownVulnerabilities | None = None
    secrets: int = 0


NO_IMPACT: Final = Impact()


class Finding(NamedTuple):
    """One thing to do, at one place of one file."""

    code: str
    name: str
    message: str
    span: Span
    severity: int
    confidence: int
    effort: int
    impact: Impact
    fix: Fix | None = None
    detail: str = ""
