"""EPSS: how likely a CVE is exploited within 30 days, a CSV of all scores of one day.

Source: first.org/epss, "EPSS data" (a comment line with model and date, then cve,epss,percentile).
"""

from __future__ import annotations

import re
from typing import Final

from jettison.vulnerabilities.sink import Sink, date_of, identifier

_DATE: Final = re.compile(r"score_date:(\S{10,40})")


def fits(text: str) -> bool:
    """Return whether a text is a table of scores."""
    head = text[:500]
    return "cve,epss" in head and (head.startswith(("#", "cve,")))


def read(text: str, sink: Sink) -> None:
    """Take all scores; lines that are none are counted and left out."""
    stated = _DATE.search(text[:500])
    if stated:
        sink.dated(date_of(stated[1]))
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip()
        start = end + 1 if end >= 0 else len(text)
        if not line or line.startswith(("#", "cve,")):
            continue
        parts = line.split(",")
        try:
            cve, score, percentile = identifier(parts[0]), float(parts[1]), float(parts[2])
        except (IndexError, ValueError):
            sink.skipped("a line that is no score")
            continue
        if cve.startswith("CVE-") and 0 <= score <= 1 and 0 <= percentile <= 1:
            sink.likelihood(cve, score, percentile)
