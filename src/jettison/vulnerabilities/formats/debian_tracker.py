"""Debian's security tracker as one JSON document: source package -> CVE -> state in each release.

It has tens of megabytes, so it is decoded one package at a time.

Source: security-tracker.debian.org/tracker/data/json; the tracker's documentation, "Status of issues".
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from jettison.inventory.text import clean, mapping
from jettison.vulnerabilities.advisory import Advisory, Affected
from jettison.vulnerabilities.ecosystems import table
from jettison.vulnerabilities.severity import by_word
from jettison.vulnerabilities.sink import Sink, identifier, summary_of
from jettison.vulnerabilities.versions import sort_key

_HEAD: Final = re.compile(r'\s*\{\s*"[^"\\]{1,200}"\s*:\s*\{\s*(?:"(?:CVE|TEMP)-|\})')
_SPACE: Final = re.compile(r"[\s,]*")
_COLON: Final = re.compile(r"\s*:\s*")
MAX_PACKAGES: Final = 200_000


class TrackerError(ValueError):
    """The document is damaged."""


def fits(text: str) -> bool:
    """Return whether a text begins as the tracker's document does."""
    return _HEAD.match(text[:4096]) is not None


def read(text: str, sink: Sink) -> None:
    """Take all packages.

    Raises:
        TrackerError: it is damaged.
    """
    decoder = json.JSONDecoder()
    at = text.index("{") + 1
    try:
        for _ in range(MAX_PACKAGES):
            at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
            if text[at] == "}":
                return
            package, at = decoder.raw_decode(text, at)
            at = _COLON.match(text, at).end()  # type: ignore[union-attr]
            issues, at = decoder.raw_decode(text, at)
            _package(clean(package, 200), mapping(issues), sink)
    except (ValueError, IndexError, AttributeError, RecursionError) as error:
        raise TrackerError(f"damaged after {at} characters: {clean(str(error), 200)}") from None


def _package(package: str, issues: dict[str, Any], sink: Sink) -> None:
    for name, issue in issues.items():
        cve = identifier(name)
        entry = mapping(issue)
        affected = []
        words = []
        for codename, state in mapping(entry.get("releases")).items():
            number = table()["debian"].get(codename)
            if number is None:
                continue
            ecosystem = f"Debian:{number}"
            sink.covers(ecosystem)
            words.append(clean(mapping(state).get("urgency"), 40))
            found = _state(ecosystem, package, mapping(state))
            if found is not None:
                affected.append(found)
        if cve and affected:
            severity = next((known for word in words if (known := by_word(word)) != "unknown"), "unknown")
            url = f"https://security-tracker.debian.org/tracker/{cve}"
            sink.advisory(
                Advisory(f"DEBIAN-{cve}/{package}", tuple(affected), (cve,), (), summary_of(entry.get("description")), severity, url=url)
            )  # fmt: skip


def _state(ecosystem: str, package: str, state: dict[str, Any]) -> Affected | None:
    """Return which versions are affected in a release, None when none is."""
    status = clean(state.get("status"), 40)
    if status == "resolved":
        fixed = clean(state.get("fixed_version"), 200)
        # Version 0 says that the release never was affected.
        if fixed in ("", "0") or sort_key("dpkg", fixed) is None:
            return None
        return Affected(ecosystem, package, (((">=", "0"), ("<", fixed)),))
    if status not in ("open", "undetermined"):
        return None
    return Affected(ecosystem, package, (((">=", "0"),),), status=_note(status, state))


def _note(status: str, state: dict[str, Any]) -> str:
    if status == "undetermined":
        return "undetermined"
    reason = clean(state.get("nodsa_reason"), 40)
    if reason in ("ignored", "postponed"):
        return reason
    if "nodsa" in state:
        return "no-dsa"
    urgency = clean(state.get("urgency"), 40)
    return urgency if urgency in ("unimportant", "end-of-life") else "unfixed"
