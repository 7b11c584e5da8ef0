"""What the readers of advisory formats give their results to."""

from __future__ import annotations

import re
from typing import Final, Protocol

from jettison.inventory.text import clean
from jettison.vulnerabilities.advisory import Advisory

MAX_ID: Final = 128
MAX_SUMMARY: Final = 240
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+~/-]*\Z")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?")


class Sink(Protocol):
    """Takes what a reader finds."""

    def advisory(self, advisory: Advisory) -> None:
        """Take an advisory."""

    def covers(self, ecosystem: str) -> None:
        """Note that the data speaks of an ecosystem, even where it lists nothing."""

    def exploited(self, cve: str, added: str, ransomware: bool) -> None:
        """Take an entry of the catalogue of exploited vulnerabilities."""

    def likelihood(self, cve: str, score: float, percentile: float) -> None:
        """Take an EPSS score."""

    def available(self, ecosystem: str, package: str, version: str) -> None:
        """Take a version that a distribution offers as a security update."""

    def dated(self, date: str) -> None:
        """Note a date (ISO) that the data itself states; the newest one is the data's age."""

    def skipped(self, reason: str) -> None:
        """Count an entry that is left out, with the reason."""


def identifier(value: object) -> str:
    """Return an advisory's name, "" for what cannot be one."""
    text = clean(value, MAX_ID + 1)
    return text if len(text) <= MAX_ID and _ID.match(text) else ""


def identifiers(values: object) -> tuple[str, ...]:
    """Return the names of a list, each once."""
    found = (identifier(one) for one in values[:1000]) if isinstance(values, list) else ()
    return tuple(dict.fromkeys(one for one in found if one))


def date_of(value: object) -> str:
    """Return an ISO date or time of the form that sorts, "" for what is none."""
    match = _DATE.match(clean(str(value) if value is not None else "", 40))
    return match[0].replace(" ", "T") if match and match[0] > "1970" else ""


def summary_of(*texts: object) -> str:
    """Return the first text that says something, as one line."""
    for text in texts:
        line = " ".join(clean(text, 4 * MAX_SUMMARY).split())
        if line:
            return line if len(line) <= MAX_SUMMARY else f"{line[: MAX_SUMMARY - 3]}..."
    return ""


def web_address(value: object) -> str:
    """Return a http(s) address, "" for anything else."""
    text = clean(value, 1000)
    return text if text.startswith(("https://", "http://")) and " " not in text else ""
