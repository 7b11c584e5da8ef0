"""What people decided not to count of an image, with reason and end: the files with exceptions of a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from jettison.secretscan.exceptions import FILE, SecretException, read_exceptions, without_excepted
from jettison.vulnerabilities.exemptions import TRIVY, Exemption, read_exemptions

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

FILES: Final = (FILE, TRIVY)


@dataclass(frozen=True, slots=True)
class Decided:
    """The exceptions of secrets, and those of vulnerabilities."""

    secrets: tuple[SecretException, ...] = ()
    vulnerabilities: tuple[Exemption, ...] = ()

    def left_of(self, seen: Inspection) -> Inspection:
        """Return an inspection without the secrets that are excepted today; its note counts them."""
        secrets, note = without_excepted(seen.secrets, seen.secrets_note, self.secrets, date.today())
        return replace(seen, secrets=secrets, secrets_note=note)


def decided_in(folder: str) -> Decided:
    """Return the exceptions of a folder.

    Raises:
        UsageError: a file with exceptions is wrong.
    """
    return Decided(read_exceptions(os.path.join(folder, FILE)), read_exemptions(None, folder))
