"""PHP Security Advisories: one YAML file for each vulnerability of a Composer package, ranges by branch.

Source: FriendsOfPHP/security-advisories, README ("Contributing").
"""

from __future__ import annotations

import re
from typing import Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.advisory import Advisory, Affected, Clause
from jettison.vulnerabilities.ecosystems import normal_name
from jettison.vulnerabilities.sink import Sink, date_of, identifier, summary_of, web_address

_CONSTRAINT: Final = re.compile(r"\s*(>=|<=|<|>|==?|!=)\s*v?([0-9A-Za-z.+-]+)\s*\Z")
_SCHEME: Final = "composer://"


def fits(value: object) -> bool:
    """Return whether a document is in this format."""
    return isinstance(value, dict) and clean(value.get("reference")).startswith(_SCHEME) and "branches" in value


def read(value: object, sink: Sink, name: str = "") -> None:
    """Take one advisory; `name`: its file, which names it where no CVE does."""
    entry = mapping(value)
    package = clean(entry.get("reference"), 300).removeprefix(_SCHEME)
    sink.covers("Packagist")
    cve = identifier(entry.get("cve"))
    stem = name.rpartition("/")[2].rpartition(".")[0]
    # One CVE may have an entry for each of several packages, each with its own versions.
    own = identifier(f"PHPSEC-{cve or stem}/{package}")
    branches = [mapping(one) for one in mapping(entry.get("branches")).values()]
    dates = sorted(date for one in branches if (date := date_of(one.get("time"))))
    for date in dates:
        sink.dated(date)
    when = [clause for one in branches if (clause := _clause(one.get("versions")))]
    if not own or not package or not when:
        sink.skipped("an advisory without a name or a range")
        return
    sink.advisory(
        Advisory(
            own,
            (Affected("Packagist", normal_name("Packagist", package), tuple(when)),),
            (cve,) if cve else (),
            summary=summary_of(entry.get("title")),
            url=web_address(entry.get("link")),
            published=dates[0] if dates else "",
        )
    )


def _clause(value: object) -> Clause:
    found: list[tuple[str, str]] = []
    for text in sequence(value)[:50]:
        match = _CONSTRAINT.match(clean(text, 300))
        if match is None:
            return ()
        found.append(("=" if match[1] == "==" else match[1], match[2]))
    return tuple(found)
