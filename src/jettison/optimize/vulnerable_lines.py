"""Known vulnerabilities and security updates by the lines whose layers brought the packages, those of the base at
FROM: as findings of their own, and as what other findings are worth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Impact, KnownVulnerabilities, Severity
from jettison.knowledge.layer_contents import measure_of
from jettison.optimize.line_span import line_span, named_package, node_at
from jettison.report.units import human_days
from jettison.vulnerabilities.scan import nothing_looked_up
from jettison.vulnerabilities.severity import SEVERITIES

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection
    from jettison.model.dockerfile import Model
    from jettison.vulnerabilities.vulnerability import Findings, Match, Update

VULNERABLE_CODE: Final = "JT013"
OUTDATED_CODE: Final = "JT015"
NAMED: Final = 3
_LEVELS: Final = {"critical": Severity.HIGH, "high": Severity.HIGH, "medium": Severity.MEDIUM, "low": Severity.LOW}


_OfPackage = TypeVar("_OfPackage", "Match", "Update")


def _by_line(facts: Iterable[_OfPackage], seen: Inspection, known: Findings) -> dict[int | None, list[_OfPackage]]:
    """Return what is known of packages by the line whose layer brought them."""
    lines: defaultdict[int | None, list[_OfPackage]] = defaultdict(list)
    for fact in facts:
        layer = known.packages[fact.package].layer
        if layer is not None and layer < len(seen.origins):
            lines[seen.origins[layer].line].append(fact)
    return lines


class VulnerableLines:
    """The known vulnerabilities of one image by line of its Dockerfile; None stands for the base image."""

    def __init__(self, seen: Inspection, model: Model, known: Findings) -> None:
        self._model = model
        self._known = known
        self._lines = _by_line(known.matches, seen, known)
        self._outdated = _by_line(known.updates, seen, known)

    def counts(self) -> Mapping[int | None, int] | None:
        """Return how many each line brought, None where no advisory speaks of any package.

        One that several packages of a line have counts once.
        """
        if nothing_looked_up(self._known):
            return None
        return {line: len({match.vulnerability.id for match in found}) for line, found in self._lines.items()}

    def findings(self) -> Iterator[Finding]:
        """Yield one finding for each line that brought packages with known vulnerabilities."""
        for line, matches in self._lines.items():
            worth = self._worth(matches)
            level = Severity.HIGH if worth.exploited else _LEVELS.get(worth.counts[0][0], Severity.INFO)
            yield Finding(
                VULNERABLE_CODE,
                "vulnerabilities-of-line",
                self._message(line, matches, worth),
                line_span(self._model, line),
                level,
                Confidence.HIGH,
                Effort.MEDIUM,
                Impact(None, None, None, "measured", worth),
            )
        yield from self._updates()

    def _updates(self) -> Iterator[Finding]:
        for line, updates in self._outdated.items():
            names = [f"{self._known.packages[one.package].name} {one.version}" for one in updates]
            named = f"{', '.join(names[:NAMED])}{', ...' if len(names) > NAMED else ''}"
            count = "1 package" if len(names) == 1 else f"{len(names)} packages"
            verb = "has a security update" if len(names) == 1 else "have security updates"
            of = "of this line" if line is not None else "of the base image"
            age = max((one.age for one in self._known.data if not one.counted), default=0)
            yield Finding(
                OUTDATED_CODE,
                "security-updates-of-line",
                f"{count} {of} {verb} of the distribution: {named}; index {human_days(age)} old",
                line_span(self._model, line),
                Severity.MEDIUM,
                Confidence.HIGH,
                Effort.LOW,
                NO_IMPACT,
            )

    def added_to(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield findings with the vulnerabilities that go, or at most go, when their advice is followed."""
        for finding in findings:
            worth = self._gone_with(finding)
            if worth is not None:
                finding = finding._replace(impact=finding.impact._replace(vulnerabilities=worth))
            yield finding

    def _gone_with(self, finding: Finding) -> KnownVulnerabilities | None:
        model = self._model
        at = model.source.line(finding.span.start)
        base = model.lineage(model.final)[0].from_ if model.final is not None else None
        if base is not None and base.start_line <= at <= base.end_line:
            # Another base brings packages of its own.
            matches = self._lines.get(None, []) if finding.impact.bytes_saved is not None else []
            return self._worth(matches, at_most=True) if matches else None
        if measure_of(finding.name) != "packages":
            return None
        node = node_at(model, at)
        name = named_package(model, finding.span)
        found = self._lines.get(node.start_line, []) if node is not None else []
        matches = [match for match in found if self._known.packages[match.package].name == name]
        return self._worth(matches) if matches else None

    def _worth(self, matches: list[Match], at_most: bool = False) -> KnownVulnerabilities:
        severities = {match.vulnerability.id: match.vulnerability.severity for match in matches}
        counts = Counter(severities.values())
        oldest = max((one for one in self._known.data if one.counted), key=lambda one: one.age, default=None)
        return KnownVulnerabilities(
            tuple((name, counts[name]) for name in SEVERITIES if counts[name]),
            len({match.vulnerability.id for match in matches if match.vulnerability.exploited}),
            at_most,
            self._known.at_least,
            tuple(one.name for one in self._known.data if one.counted),
            oldest.dated[:10] if oldest is not None else "",
            oldest.age if oldest is not None else 0,
        )

    def _message(self, line: int | None, matches: list[Match], worth: KnownVulnerabilities) -> str:
        graded = ", ".join(f"{number} {name}" for name, number in worth.counts)
        packages = Counter(self._known.packages[match.package].name for match in matches)
        named = ", ".join(f"{name} {count}" for name, count in packages.most_common(NAMED))
        what = f"{worth.total} known {'vulnerability' if worth.total == 1 else 'vulnerabilities'}"
        source = "the packages of this line have" if line is not None else "the packages of the base image have"
        least = "at least " if worth.at_least else ""
        also = f"; {worth.exploited} known to be exploited" if worth.exploited else ""
        return f"{source} {least}{what} ({graded}{also}), most in {named}; data {worth.age} days old"
