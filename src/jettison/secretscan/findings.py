"""What is told of a secret in an image: its kind, where it is, who put it there, whether it can still be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.image.shipped import shipped_of
from jettison.named_tuple import NamedTuple
from jettison.secretscan.as_installed import as_installed
from jettison.secretscan.config_secrets import BY_COMMAND, BY_NAME, ConfigSecret
from jettison.secretscan.detectors import LEVELS, Detector, load_detectors
from jettison.secretscan.scanner import best_hits
from jettison.secretscan.values import is_third_party

if TYPE_CHECKING:
    from jettison.image.attribution import Origin
    from jettison.image.image import Image
    from jettison.inventory.inventory import Inventory

TITLES: Final = {
    BY_NAME: ("Value of a variable that is named like a secret", "high"),
    BY_COMMAND: ("Password or token in a command", "high"),
}
SEVERITIES: Final = ("low", "medium", "high", "critical")
DEFAULT_LEVEL: Final = "medium"


class SecretFinding(NamedTuple):
    """One secret; no part of its value is in here.

    detector: id; severity: one of SEVERITIES; confidence: "low", "medium" or "high".
    where: "file", "env", "label", "history", "build-arg", "command" or "config".
    layer: number of the layer, None for what is in the configuration; path: of the file, or the name of the variable.
    offset: byte in the file, -1 for none; line: 1-based line of a text file, 0 for none.
    masked: what may be shown of the value; via: how it was packed ("gzip", "base64", ...), "" for plain.
    dockerfile_line: line of the instruction that put it there, where the Dockerfile is known; instruction: its keyword.
    visible: whether a container of the image can still read it there; owner: the package that owns the file.
    """

    detector: str
    title: str
    severity: str
    confidence: str
    where: str
    layer: int | None
    path: str
    offset: int
    line: int
    masked: str
    via: str
    dockerfile_line: int | None
    instruction: str
    visible: bool
    owner: str

    @property
    def level(self) -> int:
        """Return the confidence as a number, higher is surer."""
        return LEVELS.index(self.confidence)


def at_level(findings: Sequence[SecretFinding], level: str = DEFAULT_LEVEL) -> tuple[SecretFinding, ...]:
    """Return the findings that are at least this sure."""
    return tuple(found for found in findings if found.level >= LEVELS.index(level))


def file_findings(
    image: Image, inventory: Inventory, origins: Sequence[Origin], everything: bool = False
) -> Iterator[SecretFinding]:
    """Yield the secrets in the files of all layers, those deleted later included.

    everything: those in programs and data of distributions' packages as well.
    """
    about = {d.id: d for d in load_detectors().all}
    for number, facts in enumerate(image.facts):
        if not facts.hits:
            continue
        shipped = {} if everything else shipped_of(facts)
        names: dict[str, list[str]] = {}
        for path, source in facts.hardlinks.items():
            names.setdefault(source, []).append(path)
        for path, hits in facts.hits.items():
            if path in shipped and (own := facts.entries.get(path)) is not None and own.mtime < shipped[path]:
                # What the search of a plain layer passes over.
                continue
            visible = any(
                (entry := image.files.get(name)) is not None and entry.layer == number
                for name in (path, *names.get(path, ()))
            )
            owner = inventory.owner(path)
            # Packages of a distribution hold what everybody can download; a language package may be the user's own.
            public = owner is not None and owner.of_distribution and as_installed(image, number, path, owner)
            origin = origins[number] if number < len(origins) else None
            # Pieces of a very large file overlap.
            for hit in best_hits(hits):
                detector = about.get(hit.detector)
                if detector is None:
                    continue
                level = hit.level
                if public:
                    level = 0
                elif owner is not None and not owner.of_distribution and not hit.verified:
                    # What lies in a package manager's folder has lost its step already.
                    level = max(0, level - _steps(detector) + is_third_party(path))
                yield SecretFinding(
                    detector.id, detector.title, detector.severity, LEVELS[level], "file", number, path,
                    hit.offset, hit.line, hit.masked, hit.via, origin.line if origin else None,
                    origin.keyword if origin else "", visible, owner.name if owner else "",
                )  # fmt: skip


def _steps(detector: Detector) -> int:
    # Keys in published packages are for their examples and tests; a token may have been forgotten there.
    return 2 if detector.check == "pem" else 1


def config_findings(secrets: Sequence[ConfigSecret], origins: Sequence[Origin]) -> Iterator[SecretFinding]:
    """Yield the secrets of the configuration; origins: one for each history entry, where they are known."""
    about = {d.id: (d.title, d.severity) for d in load_detectors().all} | TITLES
    for secret in secrets:
        where, hit = secret.where, secret.hit
        title, severity = about[hit.detector]
        origin = origins[where.entry] if 0 <= where.entry < len(origins) else None
        yield SecretFinding(
            hit.detector, title, severity, LEVELS[hit.level], where.kind, None, where.name or where.kind,
            -1, 0, hit.masked, hit.via, origin.line if origin else None, origin.keyword if origin else "",
            where.kind in ("env", "label", "command"), "",
        )  # fmt: skip


def ranked(findings: Iterable[SecretFinding]) -> tuple[SecretFinding, ...]:
    """Return the findings, the surest and gravest first; in a stable order."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                -f.level,
                -SEVERITIES.index(f.severity),
                f.where,
                f.layer or 0,
                f.path,
                f.offset,
                f.detector,
                f.via,
            ),
        )
    )
