"""What people decided not to count of an image: the files with exceptions of a folder, and its settings."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jettison.secretscan.exceptions import FILE, SecretException, left_of, read_exceptions
from jettison.vulnerabilities.judgement import NOTHING_SAID, Judgement, Said, read_judgement

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection
    from jettison.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Decided:
    """The exceptions of secrets, and what of the known vulnerabilities counts."""

    secrets: tuple[SecretException, ...] = ()
    vulnerabilities: Judgement = field(default_factory=Judgement)

    def left_of(self, seen: Inspection) -> Inspection:
        """Return an inspection without the secrets that are excepted today; its note counts them."""
        return left_of(seen, self.secrets)


def decided_in(folder: str, settings: Settings, said: Said = NOTHING_SAID) -> Decided:
    """Return the exceptions of a folder, and what the settings and the command line say of vulnerabilities.

    Raises:
        UsageError: a file with exceptions is wrong.
        SourceError: a VEX document is wrong, or the database named does not exist.
    """
    return Decided(read_exceptions(os.path.join(folder, FILE)), read_judgement(settings, folder, said))
