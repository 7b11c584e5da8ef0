"""What only the built image shows, as findings at the lines that are to blame: secrets, hidden bytes, packages,
practice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.findings import NO_IMPACT, Confidence, Effort, Finding, Impact, Severity
from jettison.image.attribution import Origin, attribution_of
from jettison.image.waste import METADATA
from jettison.optimize.line_span import line_span
from jettison.optimize.vulnerable_lines import OUTDATED_CODE, VULNERABLE_CODE
from jettison.report.secrets_text import place_of_secret
from jettison.report.units import human_bytes
from jettison.rules.index import finding_codes
from jettison.secretscan.findings import DEFAULT_LEVEL, at_level

if TYPE_CHECKING:
    from jettison.image.checkpoint import Checkpoint, Found
    from jettison.image.inspection import Inspection
    from jettison.model.dockerfile import Model
    from jettison.secretscan.findings import SecretFinding

SECRET_CODE: Final = "JT010"
HIDDEN_CODE: Final = "JT011"
PACKAGES_CODE: Final = "JT012"
PRACTICE_CODE: Final = "JT014"
# Of all findings that an image brings, whoever makes them.
IMAGE_CODES: Final = frozenset({SECRET_CODE, HIDDEN_CODE, PACKAGES_CODE, VULNERABLE_CODE, PRACTICE_CODE, OUTDATED_CODE})
# A setting of the client that pulls; no image and no Dockerfile can hold to it.
NOT_OF_AN_IMAGE: Final = frozenset({"CIS-DI-0005"})
# Less than this is not worth a line of a report.
MIN_HIDDEN: Final = 100_000
MIN_PACKAGES: Final = 1_000_000
NAMED: Final = 3
_LEVELS: Final = {"critical": Severity.HIGH, "high": Severity.HIGH, "medium": Severity.MEDIUM, "low": Severity.LOW}


def image_findings(seen: Inspection, model: Model, told: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """Return what the image shows, each at the instruction that wrote it, or at FROM for the base image.

    told: codes of findings that the file has anyway, or that its author muted.
    """
    return (
        *_secrets(seen, model),
        *_hidden(seen, model),
        *_packages(seen, model),
        *_practice(seen, model, told),
    )


def _secrets(seen: Inspection, model: Model) -> Iterator[Finding]:
    for secret in at_level(seen.secrets, DEFAULT_LEVEL):
        yield Finding(
            SECRET_CODE,
            "secret-in-image",
            f"the image holds a secret: {_small(secret.title)}, {place_of_secret(secret)}",
            line_span(model, secret.dockerfile_line),
            _LEVELS.get(secret.severity, Severity.HIGH),
            _confidence(secret),
            Effort.MEDIUM,
            Impact(basis="measured", secrets=1),
        )


def _small(title: str) -> str:
    """Return a title for the middle of a sentence; what begins with an acronym stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _confidence(secret: SecretFinding) -> int:
    return Confidence.HIGH if secret.confidence == "high" else Confidence.MEDIUM


def _hidden(seen: Inspection, model: Model) -> Iterator[Finding]:
    """Yield what lines of this Dockerfile store for nothing: at the line that hides it."""
    sizes: defaultdict[tuple[int, int | None], int] = defaultdict(int)
    causes: dict[tuple[int, int | None], Counter[str]] = defaultdict(Counter)
    for item in seen.waste.hidden:
        line = seen.origins[item.hidden].line
        if line is None:
            continue
        key = (line, seen.origins[item.written].line)
        sizes[key] += item.bytes
        causes[key][item.cause] += item.bytes
    for (line, written), size in sizes.items():
        if size < MIN_HIDDEN:
            continue
        origin = f"line {written}" if written is not None else "the base image"
        cause = causes[line, written].most_common(1)[0][0]
        saved = Impact((size, size), None, None, "measured") if written is not None else NO_IMPACT
        yield Finding(
            HIDDEN_CODE,
            "hidden-bytes",
            _unseen(size, origin, cause),
            line_span(model, line),
            Severity.MEDIUM if written is not None else Severity.INFO,
            Confidence.HIGH,
            Effort.MEDIUM,
            saved,
        )


def _unseen(size: int, origin: str, cause: str) -> str:
    stored = f"{human_bytes(size)} that {origin} stored"
    if cause == METADATA:
        return f"{stored} are stored once more here, {cause}; the first copy stays in the image, unseen"
    return f"{stored} are {cause} here and stay in the image, unseen"


def _packages(seen: Inspection, model: Model) -> Iterator[Finding]:
    """Yield for each line what its packages take, the largest named."""
    lines: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    image = seen.image
    for path, index in seen.inventory.owner_of.items():
        entry = image.files.get(path)
        line = seen.origins[entry.layer].line if entry is not None and entry.kind == "file" else None
        if entry is not None and line is not None and entry.original is None:
            lines[line].append((entry.size, seen.inventory.packages[index].name))
    for line, files in sorted(lines.items()):
        sizes: Counter[str] = Counter()
        for size, name in files:
            sizes[name] += size
        total = sum(sizes.values())
        if total < MIN_PACKAGES:
            continue
        largest = ", ".join(f"{name} {human_bytes(size)}" for name, size in sizes.most_common(NAMED))
        yield Finding(
            PACKAGES_CODE,
            "packages-of-line",
            f"{len(sizes)} {'package takes' if len(sizes) == 1 else 'packages take'} {human_bytes(total)}: {largest}",
            line_span(model, line),
            Severity.INFO,
            Confidence.HIGH,
            Effort.MEDIUM,
            NO_IMPACT,
        )


def _practice(seen: Inspection, model: Model, told: frozenset[str]) -> Iterator[Finding]:
    """Yield dockle's and CIS' checkpoints that the image fails: at the lines to blame, and at FROM for the base image
    and for what the image as a whole has."""
    steps = attribution_of(seen.image.history, model).entries
    for point in seen.checkpoints:
        if point.id in NOT_OF_AN_IMAGE or told.intersection(finding_codes(point.id)):
            continue
        for line, part in _by_line(point, seen.origins, steps).items():
            yield Finding(
                PRACTICE_CODE,
                "image-practice",
                f"{part.id}: {part.title}: {part.detail}",
                line_span(model, line),
                part.severity,
                Confidence.MEDIUM,
                Effort.MEDIUM,
                NO_IMPACT,
            )


def _by_line(point: Checkpoint, layers: Sequence[Origin], steps: Sequence[Origin]) -> dict[int | None, Checkpoint]:
    """Return the parts of a checkpoint by the line that brought them, None for the base image."""
    if not point.found:
        return {None: point}
    lines: defaultdict[int | None, list[Found]] = defaultdict(list)
    for found in point.found:
        origins, at = (layers, found.layer) if found.step is None else (steps, found.step)
        lines[origins[at].line if at is not None and at < len(origins) else None].append(found)
    return {line: point.of(parts) for line, parts in lines.items()}
