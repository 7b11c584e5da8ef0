"""The Ruby advisory database: one YAML file for each vulnerability of a gem or of an interpreter.

A version is affected unless one of the lists says that it is patched or never was affected.

Source: rubysec/ruby-advisory-db, README ("Schema").
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.advisory import OPERATORS, Advisory, Affected, Clause
from jettison.vulnerabilities.severity import UNKNOWN, by_score
from jettison.vulnerabilities.sink import MAX_ID, Sink, date_of, identifier, identifiers, summary_of, web_address
from jettison.vulnerabilities.versions.gem import bump

_REQUIREMENT: Final = re.compile(r"\s*(~>|[<>!]?=|[<>])?\s*([0-9A-Za-z.-]+)\s*\Z")


def fits(value: object) -> bool:
    """Return whether a document is in this format."""
    return isinstance(value, dict) and ("gem" in value or "engine" in value) and "affected" not in value


def read(value: object, sink: Sink) -> None:
    """Take one advisory."""
    entry = mapping(value)
    gem = clean(entry.get("gem"), 200)
    ecosystem, package = ("RubyGems", gem) if gem else ("Ruby", clean(entry.get("engine"), 200))
    aliases = [f"CVE-{cve}"] if (cve := clean(entry.get("cve"), 40)) else []
    aliases += [f"GHSA-{ghsa}"] if (ghsa := clean(entry.get("ghsa"), 40)) else []
    aliases += [f"OSVDB-{osvdb}"] if (osvdb := clean(entry.get("osvdb"), 40)) else []
    names = identifiers(aliases)
    sink.covers(ecosystem)
    sink.dated(date_of(entry.get("date")))
    if not package or not names:
        sink.skipped("an advisory without a name")
        return
    safe = [
        clause
        for key in ("patched_versions", "unaffected_versions")
        for text in sequence(entry.get(key))[:200]
        if (clause := _clause(clean(text, 500)))
    ]
    score, vector = _score(entry.get("cvss_v4"), entry.get("cvss_v3"), entry.get("cvss_v2"))
    sink.advisory(
        Advisory(
            # One CVE may have an entry for each of several gems, each with its own versions.
            f"RUBYSEC-{names[0]}/{package}"[:MAX_ID],
            (Affected(ecosystem, package, ((),), (), tuple(safe)),),
            names,
            identifiers([f"CVE-{one}" for one in sequence(mapping(entry.get("related")).get("cve"))]),
            summary_of(entry.get("title"), entry.get("description")),
            by_score(score) if score is not None else UNKNOWN,
            score,
            vector,
            web_address(entry.get("url")),
            date_of(entry.get("date")),
        )
    )


def _score(*stated: object) -> tuple[float | None, str]:
    for value in stated:
        if isinstance(value, int | float) and 0 <= value <= 10:
            return float(value), ""
    return None, ""


def _clause(text: str) -> Clause:
    """Return the clause of "~> 1.2.3, >= 1.2.3.4"."""
    found: list[tuple[str, str]] = []
    for part in text.split(","):
        match = _REQUIREMENT.match(part)
        if match is None:
            return ()
        operator, version = match[1] or "=", match[2]
        if operator == "~>":
            found += [(">=", version), ("<", bump(version))]
        elif operator in OPERATORS and identifier(version):
            found.append((operator, version))
    return tuple(found)
