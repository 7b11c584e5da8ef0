"""Vulnerabilities that people decided not to count, with reason and end: our own file and Trivy's.

`.jettison-ignore.toml`:

    [[ignore]]
    id = "CVE-2024-1234"
    package = "openssl"
    reason = "the function is not called"
    expires = 2027-01-31
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from jettison.errors import UsageError
from jettison.inventory.package import Package
from jettison.inventory.purl import parse_purl
from jettison.inventory.text import clean
from jettison.vulnerabilities.vulnerability import Match

OWN: Final = ".jettison-ignore.toml"
TRIVY: Final = ".trivyignore"
MAX_BYTES: Final = 1 << 20
_KEYS: Final = frozenset({"id", "package", "reason", "expires"})
_TRIVY_LINE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9._:-]*)((?:\s+exp:\S+)?)\s*(?:#\s*(.*))?\Z")
_HEADER: Final = re.compile(r"^[ \t]*\[\[\s*ignore\s*\]\]", re.MULTILINE)


class ExemptionsError(UsageError):
    """A file with exceptions is wrong; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """id: any name of the vulnerability; package: a name or package URL, "" for every package.

    expires: the last day on which it holds, None for no end; place: file:line.
    """

    id: str
    package: str
    reason: str
    expires: date | None
    place: str

    def covers(self, match: Match, package: Package) -> bool:
        """Return whether it speaks of a match."""
        return self.id in (*match.vulnerability.names, *match.vulnerability.related[:1]) and fits(self.package, package)


def fits(wanted: str, package: Package) -> bool:
    """Return whether a package is the one that a name or package URL means; a URL without version means all versions."""
    if not wanted:
        return True
    purl = parse_purl(wanted)
    if purl is None:
        return wanted in (package.name, package.source_name)
    own = parse_purl(package.purl)
    if own is None or (purl.type, purl.namespace, purl.name) != (own.type, own.namespace, own.name):
        return False
    # Qualifiers that are not named do not matter: arch, distro.
    stated = dict(own.qualifiers)
    return purl.version in ("", own.version) and all(stated.get(key) == value for key, value in purl.qualifiers)


def read_exemptions(paths: list[str] | None, folder: str = ".") -> tuple[Exemption, ...]:
    """Return the exceptions of the named files, or of those that lie in a folder.

    Raises:
        ExemptionsError: a file is wrong, or one that was named is missing.
    """
    chosen = paths
    if chosen is None:
        chosen = [path for name in (OWN, TRIVY) if os.path.isfile(path := os.path.join(folder, name))]
    found: list[Exemption] = []
    for path in chosen:
        text = _text(path)
        found += _own(path, text) if path.endswith(".toml") else _trivy(path, text)
    return tuple(found)


def expired(exemption: Exemption, now: datetime) -> bool:
    """Return whether its last day has passed."""
    return exemption.expires is not None and exemption.expires < now.date()


def _text(path: str) -> str:
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ExemptionsError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise ExemptionsError(f"{path}: larger than 1 MB")
    return data.decode("utf-8-sig", "replace")


def _own(path: str, text: str) -> list[Exemption]:
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ExemptionsError(f"{path}: not TOML: {clean(str(error), 200)}") from None
    entries = table.get("ignore", [])
    if not isinstance(entries, list) or set(table) - {"ignore", "secret"}:
        raise ExemptionsError(f"{path}: only [[ignore]] and [[secret]] entries were expected")
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    lines += [0] * (len(entries) - len(lines))
    return [
        exemption_of(entry, f"{path}:{line}" if line else path) for entry, line in zip(entries, lines, strict=False)
    ]


def exemption_of(entry: Any, place: str) -> Exemption:
    """Return the exemption of one entry.

    Raises:
        ExemptionsError: a key is missing or wrong.
    """
    if not isinstance(entry, dict) or not clean(entry.get("id")):
        raise ExemptionsError(f'{place}: id is missing; write id = "CVE-2024-1234"')
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise ExemptionsError(f"{place}: there is no such key: {', '.join(unknown)} (id, package, reason, expires)")
    if not clean(entry.get("reason")):
        raise ExemptionsError(f"{place}: reason is missing; say why {clean(entry['id'])} does not count")
    expires = entry.get("expires")
    if isinstance(expires, str):
        expires = _date(expires, place)
    elif isinstance(expires, datetime):
        expires = expires.date()
    if expires is not None and not isinstance(expires, date):
        raise ExemptionsError(f"{place}: expires is no date; write expires = 2027-01-31")
    return Exemption(clean(entry["id"]), clean(entry.get("package")), clean(entry["reason"]), expires, place)


def _trivy(path: str, text: str) -> list[Exemption]:
    found = []
    above = ""
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith("#") or not stripped:
            # People write the reason above the entry.
            above = clean(stripped.lstrip("# "), 200)
            continue
        match = _TRIVY_LINE.match(stripped[:1000])
        if match is None:
            raise ExemptionsError(f"{path}:{number}: a vulnerability's name was expected, not {stripped[:40]!r}")
        expires = _date(match[2].strip().removeprefix("exp:"), f"{path}:{number}") if match[2] else None
        found.append(
            Exemption(match[1], "", clean(match[3]) or above or "listed without a reason", expires, f"{path}:{number}")
        )
        above = ""
    return found


def _date(text: str, place: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ExemptionsError(f"{place}: {clean(text, 40)!r} is no date; write 2027-01-31") from None
