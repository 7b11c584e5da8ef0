"""CISA's catalogue of known exploited vulnerabilities, JSON or CSV.

Source: cisa.gov/known-exploited-vulnerabilities-catalog and its published schema.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from jettison.inventory.text import clean, mapping, sequence
from jettison.vulnerabilities.sink import Sink, date_of, identifier

CSV_HEAD: Final = "cveID,"


def fits(value: object) -> bool:
    """Return whether a document is the catalogue."""
    return isinstance(value, dict) and "catalogVersion" in value and "vulnerabilities" in value


def read(value: object, sink: Sink) -> None:
    """Take the catalogue as JSON."""
    document = mapping(value)
    sink.dated(date_of(document.get("dateReleased")))
    _rows(map(mapping, sequence(document.get("vulnerabilities"))), sink)


def read_csv(text: str, sink: Sink) -> None:
    """Take the catalogue as CSV; what follows damage is left out, and counted."""
    try:
        _rows(csv.DictReader(io.StringIO(text, newline="")), sink)
    except csv.Error:
        sink.skipped("the rest of a damaged table")


def _rows(rows: Iterable[Mapping[str, Any]], sink: Sink) -> None:
    for row in rows:
        cve, added = identifier(row.get("cveID")), date_of(row.get("dateAdded"))
        if cve.startswith("CVE-"):
            sink.dated(added)
            sink.exploited(cve, added, clean(row.get("knownRansomwareCampaignUse"), 20) == "Known")
