"""What of the known vulnerabilities counts, and as what: settings and command line, for every command that counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.errors import SourceError
from jettison.vulnerabilities.age import DEFAULT_MAX_AGE
from jettison.vulnerabilities.apply import apply
from jettison.vulnerabilities.exemptions import Exemption, exemption_of, read_exemptions
from jettison.vulnerabilities.openvex import Statement, read_openvex
from jettison.vulnerabilities.place import database_path
from jettison.vulnerabilities.regrade import regrade

if TYPE_CHECKING:
    from jettison.settings.settings import Settings
    from jettison.vulnerabilities.vulnerability import Findings


class Said(NamedTuple):
    """What the command line says of it; it goes before the settings. ignore_files: None where it names none."""

    vex: tuple[str, ...] = ()
    ignore_files: tuple[str, ...] | None = None
    database: str = ""
    max_age: int | None = None
    only_fixed: bool = False


NOTHING_SAID: Final = Said()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What does not count, and what single ones count as.

    severities: any name of a vulnerability -> what it counts as; max_age: days after which data is stale.
    named_database: "" for the one in the cache folder.
    """

    exemptions: tuple[Exemption, ...] = ()
    statements: tuple[Statement, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    only_fixed: bool = False
    max_age: int = DEFAULT_MAX_AGE
    named_database: str = ""

    @property
    def database(self) -> str:
        """Return the path of the database to ask, whether it exists or not."""
        return self.named_database or database_path()

    def of(self, found: Findings, image: tuple[str, ...], now: datetime) -> Findings:
        """Return what counts. image: the names under which a VEX document may speak of the image."""
        graded = regrade(found, self.severities)
        return apply(graded, self.exemptions, self.statements, image, now, self.only_fixed)


def read_judgement(settings: Settings, folder: str = ".", said: Said = NOTHING_SAID) -> Judgement:
    """Return what the command line, the settings, and the files with exceptions of a folder say.

    Raises:
        UsageError: a file with exceptions is wrong.
        SourceError: a VEX document is wrong, or the database named does not exist.
    """
    scan = settings.scan
    if said.database and not os.path.exists(said.database):
        raise SourceError(f"{said.database}: there is no such database; `jettison db import` makes one")
    named = said.ignore_files
    if named is None and scan.ignore_files:
        named = _beside(settings, scan.ignore_files)
    exemptions = read_exemptions(None if named is None else list(named), folder)
    exemptions += tuple(exemption_of(entry, settings.origins["scan"]) for entry in scan.ignore)
    documents = (*_beside(settings, scan.vex), *said.vex)
    max_age = said.max_age if said.max_age is not None else scan.max_age
    return Judgement(
        exemptions,
        tuple(one for path in documents for one in read_openvex(path)),
        scan.severity,
        said.only_fixed or scan.only_fixed,
        DEFAULT_MAX_AGE if max_age is None else max_age,
        said.database,
    )


def _beside(settings: Settings, paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(os.path.join(settings.folder, path) for path in paths)
