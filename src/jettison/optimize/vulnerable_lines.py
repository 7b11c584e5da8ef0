"""Known vulnerabilities as findings at the lines whose layers brought the packages; those of the base at FROM."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Severity
from jettison.optimize.line_span import line_span
from jettison.vulnerabilities.severity import SEVERITIES

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection
    from jettison.model.dockerfile import Model
    from jettison.vulnerabilities.vulnerability import Findings, Match

VULNERABLE_CODE: Final = "JT013"
NAMED: Final = 3
_LEVELS: Final = {"critical": Severity.HIGH, "high": Severity.HIGH, "medium": Severity.MEDIUM, "low": Severity.LOW}


def vulnerable_lines(seen: Inspection, model: Model, known: Findings) -> Iterator[Finding]:
    """Yield one finding for each line that brought packages with known vulnerabilities."""
    lines: defaultdict[int | None, list[Match]] = defaultdict(list)
    for match in known.matches:
        layer = known.packages[match.package].layer
        if layer is not None and layer < len(seen.origins):
            lines[seen.origins[layer].line].append(match)
    for line, matches in lines.items():
        severities = {match.vulnerability.id: match.vulnerability.severity for match in matches}
        worst = min(severities.values(), key=SEVERITIES.index)
        yield Finding(
            VULNERABLE_CODE,
            "vulnerabilities-of-line",
            _message(line, matches, severities, known),
            line_span(model, line),
            _LEVELS.get(worst, Severity.INFO),
            Confidence.HIGH,
            Effort.MEDIUM,
            NO_IMPACT,
        )


def _message(line: int | None, matches: list[Match], severities: dict[str, str], known: Findings) -> str:
    counts = Counter(severities.values())
    graded = ", ".join(f"{counts[name]} {name}" for name in SEVERITIES if counts[name])
    packages = Counter(known.packages[match.package].name for match in matches)
    named = ", ".join(f"{name} {count}" for name, count in packages.most_common(NAMED))
    exploited = len({match.vulnerability.id for match in matches if match.vulnerability.exploited})
    what = f"{len(severities)} known {'vulnerability' if len(severities) == 1 else 'vulnerabilities'}"
    source = "the packages of this line have" if line is not None else "the packages of the base image have"
    least = "at least " if known.at_least else ""
    also = f"; {exploited} known to be exploited" if exploited else ""
    age = max((one.age for one in known.data if one.counted), default=0)
    return f"{source} {least}{what} ({graded}{also}), most in {named}; data {age} days old"
