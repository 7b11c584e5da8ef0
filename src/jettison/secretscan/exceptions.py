"""Secrets that people decided not to count, with reason and end.

`.jettison-ignore.toml`, the file that `scan` reads for vulnerabilities too:

    [[secret]]
    path = "srv/app/fixtures/*"
    detector = "private-key"
    reason = "a key made for the tests"
    expires = 2027-01-31
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from jettison.errors import UsageError
from jettison.named_tuple import NamedTuple
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection
    from jettison.secretscan.findings import SecretFinding

FILE: Final = ".jettison-ignore.toml"
MAX_BYTES: Final = 1 << 20
MAX_ENTRIES: Final = 1000
_KEYS: Final = frozenset(("path", "detector", "reason", "expires"))


class SecretException(NamedTuple):
    """path: pattern with *, ? and [] of the file or the name of the variable; detector: id, "" for every one.

    expires: the last day on which it holds, None for no end.
    """

    path: str
    detector: str
    reason: str
    expires: date | None

    def covers(self, found: SecretFinding, today: date) -> bool:
        """Return whether it speaks of a finding."""
        if self.expires is not None and self.expires < today:
            return False
        return (not self.detector or self.detector == found.detector) and fnmatchcase(found.path, self.path)


def read_exceptions(path: str = FILE) -> tuple[SecretException, ...]:
    """Return the exceptions of a file; none where there is no file.

    Raises:
        UsageError: the file is wrong; the message names the file and the entry.
    """
    if not os.path.isfile(path):
        return ()
    import tomllib

    try:
        with open(path, "rb") as stream:
            table = tomllib.loads(stream.read(MAX_BYTES).decode())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not TOML: {safe_line(str(error))[:200]}") from None
    entries = table.get("secret", [])
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise UsageError(f"{path}: [[secret]] entries were expected, at most {MAX_ENTRIES}")
    return tuple(_entry(entry, f"{path}: [[secret]] number {number}") for number, entry in enumerate(entries, 1))


def _entry(entry: Any, place: str) -> SecretException:
    if not isinstance(entry, dict):
        raise UsageError(f"{place}: a table was expected")
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise UsageError(
            f"{place}: there is no such key: {safe_line(', '.join(unknown))[:100]} (path, detector, reason, expires)"
        )
    texts = {key: entry.get(key, "") for key in ("path", "detector", "reason")}
    if not all(isinstance(value, str) for value in texts.values()):
        raise UsageError(f"{place}: path, detector and reason are texts")
    if not texts["path"] or not texts["reason"]:
        raise UsageError(f'{place}: path and reason are needed; write path = "srv/*.pem" and why it does not count')
    expires = entry.get("expires")
    expires = expires.date() if isinstance(expires, datetime) else expires
    if expires is not None and not isinstance(expires, date):
        raise UsageError(f"{place}: expires is no date; write expires = 2027-01-31")
    return SecretException(texts["path"].removeprefix("/"), texts["detector"], texts["reason"], expires)


def left_of(seen: Inspection, exceptions: Sequence[SecretException]) -> Inspection:
    """Return an inspection without the secrets that are excepted today; its note counts them."""
    secrets, note = without_excepted(seen.secrets, seen.secrets_note, exceptions, date.today())
    return seen._replace(secrets=secrets, secrets_note=note)


def without_excepted(
    findings: Sequence[SecretFinding], note: str, exceptions: Sequence[SecretException], today: date
) -> tuple[tuple[SecretFinding, ...], str]:
    """Return the findings that no exception covers, and the note with how many one did."""
    left = tuple(found for found in findings if not any(one.covers(found, today) for one in exceptions))
    count = len(findings) - len(left)
    if count:
        note = "; ".join(filter(None, (note, f"{count} excepted by {FILE}")))
    return left, note
