"""OSV, as JSON (osv.dev exports, Go, RustSec, AlmaLinux) and as YAML (PyPA).

Source: OSV schema 1.7 (ossf.github.io/osv-schema).
"""

from __future__ import annotations

import re
from typing import Any, Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.advisory import Advisory, Affected, Clause
from jettison.vulnerabilities.ecosystems import normal_name, scheme_of
from jettison.vulnerabilities.severity import UNKNOWN, by_score, by_word, score_of
from jettison.vulnerabilities.sink import Sink, date_of, identifier, identifiers, summary_of, web_address
from jettison.vulnerabilities.versions import sort_key

MAX_AFFECTED: Final = 5000
MAX_EVENTS: Final = 2000
MAX_VERSIONS: Final = 20_000
_YEAR: Final = re.compile(r"-((?:19|20)\d\d)-")
# The best vector first.
_VECTORS: Final = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
# Databases that rename a CVE by a prefix of their own.
_PREFIXES: Final = ("DEBIAN-", "ALPINE-", "UBUNTU-", "ECHO-", "MINI-")


def fits(value: object) -> bool:
    """Return whether a document is an advisory in this format."""
    return isinstance(value, dict) and "id" in value and ("affected" in value or "withdrawn" in value)


def read(value: object, sink: Sink) -> None:
    """Take one advisory."""
    entry = mapping(value)
    name = identifier(entry.get("id"))
    if not name:
        sink.skipped("an advisory without a name")
        return
    sink.dated(date_of(entry.get("modified")) or date_of(entry.get("published")) or _year_of(name))
    affected = _affected(entry, sink)
    if entry.get("withdrawn"):
        sink.skipped("withdrawn by its publisher")
        return
    if not affected:
        sink.skipped("no package that an image can hold")
        return
    vector, score, severity = _severity(name, entry)
    aliases, related = _names(name, entry)
    sink.advisory(
        Advisory(
            name,
            tuple(affected),
            aliases,
            related,
            summary_of(entry.get("summary"), entry.get("details")),
            severity,
            score,
            vector,
            _url(entry),
            date_of(entry.get("published")),
            date_of(entry.get("modified")),
        )
    )


def _year_of(name: str) -> str:
    """Return the first day of the year in a name; Go's database writes the year 1 as its dates."""
    year = _YEAR.search(name)
    return f"{year[1]}-01-01" if year else ""


def _affected(entry: dict[str, Any], sink: Sink) -> list[Affected]:
    found = []
    for part in map(mapping, sequence(entry.get("affected"))[:MAX_AFFECTED]):
        package = mapping(part.get("package"))
        ecosystem, name = clean(package.get("ecosystem"), 200), clean(package.get("name"), 300)
        scheme = scheme_of(ecosystem)
        if not scheme or not name:
            continue
        sink.covers(ecosystem)
        when = tuple(
            clause for one in map(mapping, sequence(part.get("ranges"))[:100]) for clause in clauses(one, scheme)
        )
        listed = sequence(part.get("versions"))[:MAX_VERSIONS]
        versions = tuple(dict.fromkeys(text for one in listed if (text := clean(one, 256))))
        if when or versions:
            found.append(Affected(ecosystem, normal_name(ecosystem, name), when, versions, status=_status(part)))
    return found


def clauses(range_: dict[str, Any], scheme: str) -> list[Clause]:
    """Return the spans of versions between the events of a range; events of one version count in the order they stand in."""
    if range_.get("type") == "GIT":
        return []
    events: list[tuple[Any, str, str]] = []
    for event in map(mapping, sequence(range_.get("events"))[:MAX_EVENTS]):
        for kind in ("introduced", "last_affected", "fixed"):
            kind, version = _readable(kind, clean(event.get(kind), 256), scheme)
            key = sort_key(scheme, version) if version else None
            if version == "0":
                events.append((None, kind, version))
            elif key is not None:
                events.append((key, kind, version))
    start = [one for one in events if one[0] is None]
    rest = sorted((one for one in events if one[0] is not None), key=lambda one: one[0])
    found: list[Clause] = []
    since: str | None = None
    for _, kind, version in start + rest:
        if kind == "introduced":
            since = since if since is not None else version
        elif since is not None:
            found.append(((">=", since), ("<" if kind == "fixed" else "<=", version)))
            since = None
    if since is not None:
        found.append(((">=", since),))
    return found


def _readable(kind: str, version: str, scheme: str) -> tuple[str, str]:
    """Return an event whose version has a place in the order, as far as a part of it has one.

    Of what NVD and distributions write behind a hyphen (`2.6.0-NA`, `2.6.0-cu124`, `7.2.0-12.1`) the number counts, and is
    itself affected, as it came before what is named.
    """
    number, hyphen, _ = version.partition("-")
    if not hyphen or "." not in number or sort_key(scheme, version) is not None or sort_key(scheme, number) is None:
        return kind, version
    return "last_affected" if kind == "fixed" else kind, number


def _status(part: dict[str, Any]) -> str:
    note = clean(mapping(part.get("database_specific")).get("informational"), 40)
    if note:
        return note
    urgency = clean(mapping(part.get("ecosystem_specific")).get("urgency"), 40)
    return "unimportant" if urgency == "unimportant" else ""


def _severity(name: str, entry: dict[str, Any]) -> tuple[str, float | None, str]:
    """Return (vector, score, severity): of the advisory, else of the first package that states one."""
    parts = [mapping(one) for one in sequence(entry.get("affected"))[:20]]
    stated = [mapping(one) for one in sequence(entry.get("severity"))[:20]]
    for part in parts:
        stated += [mapping(one) for one in sequence(part.get("severity"))[:20]]
    for kind in _VECTORS:
        for one in stated:
            vector = clean(one.get("score"), 512)
            score = score_of(vector) if one.get("type") == kind else None
            if score is not None:
                return vector, score, by_score(score)
    words = [clean(one.get("score"), 40) for one in stated if one.get("type") not in _VECTORS]
    words.append(clean(mapping(entry.get("database_specific")).get("severity"), 40))
    for part in parts:
        words.append(clean(mapping(part.get("ecosystem_specific")).get("urgency"), 40))
        words.append(clean(mapping(part.get("ecosystem_specific")).get("severity"), 40))
    # Red Hat's heirs begin the summary with their word: "Important: firefox security update".
    if name.startswith(("ALSA-", "RLSA-", "RHSA-")):
        words.append(clean(entry.get("summary")).partition(":")[0])
    return "", None, next((known for word in words if (known := by_word(word)) != UNKNOWN), UNKNOWN)


def _names(name: str, entry: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (names of the same, names of what it fixes): an update that fixes several is the same as none of them."""
    aliases = identifiers(entry.get("aliases"))
    upstream = identifiers(entry.get("upstream"))
    related = [one for one in (*upstream, *identifiers(entry.get("related"))) if one.startswith("CVE-")]
    for prefix in _PREFIXES:
        if name.startswith(f"{prefix}CVE-"):
            aliases = (*aliases, name.removeprefix(prefix))
    return (
        tuple(one for one in dict.fromkeys(aliases) if one != name),
        tuple(one for one in dict.fromkeys(related) if one not in aliases),
    )


def _url(entry: dict[str, Any]) -> str:
    references = [mapping(one) for one in sequence(entry.get("references"))[:200]]
    own = web_address(mapping(entry.get("database_specific")).get("url"))
    advisories = (web_address(one.get("url")) for one in references if one.get("type") == "ADVISORY")
    return (
        own
        or next((one for one in advisories if one), "")
        or web_address(references[0].get("url") if references else "")
    )
