"""Everything that `scan` tells of one image or bill of materials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from jettison.errors import SourceError
from jettison.inventory.os_release import OsRelease
from jettison.vulnerabilities.severity import SEVERITIES
from jettison.vulnerabilities.vulnerability import Findings, Match

if TYPE_CHECKING:
    from jettison.image.checkpoints import Checkpoint
    from jettison.inventory.inventory import Inventory
    from jettison.inventory.package import Package
    from jettison.secretscan.findings import SecretFinding

KINDS: Final = ("vuln", "secret", "practice")
FAIL_LEVELS: Final = ("critical", "high", "medium", "low", "any", "kev", "never")
MAX_SBOM: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a layer comes from. line: of the Dockerfile, None for its base or without one; text: what made it.

    where: "line 4", "lines 4-9" where several instructions wrote the layer, "" for none.
    """

    line: int | None
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is scanned. digest: "" for folders and bills; origins: of each layer, the lowest first.

    kind: "image" or "sbom"; dockerfile: its path, "" when none was named. secrets: of every confidence.
    damage: the exit code for layers that could not be read, 0 when all were.
    source: "image", "archive", "layout", "folder" or "sbom", for other scanners; layers: diff ids, the lowest first.
    manifests: digests that a registry names the image by.
    """

    name: str
    kind: str
    inventory: Inventory
    digest: str = ""
    origins: tuple[Origin, ...] = ()
    dockerfile: str = ""
    practice: tuple[Checkpoint, ...] = ()
    secrets: tuple[SecretFinding, ...] = ()
    secrets_note: str = ""
    damage: int = 0
    source: str = "image"
    layers: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """The result. kinds: what was asked for, of KINDS."""

    subject: Subject
    findings: Findings
    kinds: tuple[str, ...]

    @property
    def release(self) -> OsRelease | None:
        """Return the distribution."""
        return self.subject.inventory.release

    @property
    def secrets(self) -> tuple[SecretFinding, ...]:
        """Return the secrets that are sure enough to be told."""
        from jettison.secretscan.findings import at_level

        return at_level(self.subject.secrets)

    def origin(self, match_package: int) -> Origin | None:
        """Return where the layer of a package comes from, None when that is not known."""
        layer = self.findings.packages[match_package].layer
        return self.subject.origins[layer] if layer is not None and layer < len(self.subject.origins) else None


def image_names(subject: Subject) -> tuple[str, ...]:
    """Return the names under which a VEX document may speak of the image; the package URL last."""
    return names_of_image(subject.name, subject.digest, subject.manifests) if subject.kind == "image" else ()


def names_of_image(name: str, digest: str, manifests: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the names under which a VEX document may speak of an image; name, digest: "" where it has none."""
    from jettison.sbom.subject import Subject as SbomSubject

    names = (name, name.partition("://")[2], digest, *manifests, SbomSubject(name, digest).purl if digest else "")
    return tuple(each for each in names if each)


def ranked(match: Match) -> tuple[bool, int, float, float, str]:
    """Return what sorts matches, the worst first."""
    found = match.vulnerability
    return (
        not found.exploited,
        SEVERITIES.index(found.severity),
        -(found.score or 0.0),
        -(found.likelihood or 0.0),
        found.id,
    )


def by_package(findings: Findings) -> list[tuple[int, list[Match]]]:
    """Return the matches of each package, worst package and worst match first.

    A package that a layer holds in several places (Go's library in each of its programs) is one: the first of them.
    """
    groups: dict[tuple[object, ...], dict[str, Match]] = {}
    for match in sorted(findings.matches, key=ranked):
        groups.setdefault(_same(findings.packages[match.package]), {}).setdefault(match.vulnerability.id, match)
    merged = [(min(one.package for one in group.values()), list(group.values())) for group in groups.values()]
    return sorted(merged, key=lambda item: (*ranked(item[1][0])[:2], -len(item[1]), item[0]))


def places_by_package(findings: Findings) -> dict[int, list[str]]:
    """Return, of each package's number, the paths of it and of all that are the same, each once."""
    places: dict[tuple[object, ...], dict[str, None]] = {}
    for one in findings.packages:
        if one.path:
            places.setdefault(_same(one), {})[one.path] = None
    return {index: list(places.get(_same(one), ())) for index, one in enumerate(findings.packages)}


def _same(package: Package) -> tuple[object, ...]:
    return package.type, package.name, package.version, package.layer


def read_sbom_file(path: str) -> Inventory | None:
    """Return what a bill of materials lists; None when the file is no JSON at all.

    Raises:
        SourceError: it cannot be read. SbomError: it is JSON, but no bill of materials, or one in another form.
    """
    from jettison.sbom.read import SbomError, read_sbom

    try:
        with open(path, "rb") as stream:
            head = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
            if head.startswith(b"SPDXVersion:") or (head.startswith(b"<") and b"cyclonedx" in head):
                raise SbomError("of bills of materials only the JSON forms are read")
            if head[:1] != b"{":
                return None
            stream.seek(0)
            return read_sbom(stream.read(MAX_SBOM + 1))
    except SbomError as error:
        raise SbomError(f"{path}: {error}") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def failing(scan: Scan, level: str) -> int:
    """Return how many findings are at or above a level of FAIL_LEVELS."""
    if level == "never":
        return 0
    vulnerabilities = {match.vulnerability.id: match.vulnerability for match in scan.findings.matches}.values()
    if level == "kev":
        return sum(bool(one.exploited) for one in vulnerabilities)
    names = [one.severity for one in vulnerabilities]
    names += [severity_name(one.severity) for one in scan.subject.practice]
    names += [one.severity for one in scan.secrets]
    worst = len(SEVERITIES) if level == "any" else SEVERITIES.index(level)
    return sum(SEVERITIES.index(name) <= worst for name in names)


def severity_name(severity: int) -> str:
    """Return the name of a checkpoint's severity, "none" for remarks."""
    from jettison.findings import Severity

    name = Severity.NAMES[severity]
    return name if name in SEVERITIES else "none"


def nothing_looked_up(findings: Findings) -> bool:
    """Return whether there are packages, and no data on any of them."""
    return bool(findings.lookups) and all(one.why_not for one in findings.lookups)
