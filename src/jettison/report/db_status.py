"""What the database of known vulnerabilities holds, and how old it is."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Final

from jettison.report.cells import WIDTH
from jettison.report.units import human_bytes
from jettison.terminal import safe_line
from jettison.vulnerabilities.age import data_sources

if TYPE_CHECKING:
    from jettison.vulnerabilities.database import Database

VERSION: Final = 1


def render_status(database: Database, size: int, now: datetime, max_age: int, format_: str = "text") -> str:
    """Return the status as text or JSON; size: bytes of the file; max_age: days after which data is stale."""
    data = {one.name: one for one in data_sources(database, now, max_age)}
    if format_ == "json":
        return _json(database, size, now, max_age)
    counts = database.counts()
    lines = [
        f"{safe_line(database.path)}: {human_bytes(size)}",
        f"  {counts['advisory']} advisories on {counts['affected']} package ranges, {counts['exploited']} known exploited, "
        f"{counts['likelihood']} EPSS scores, {counts['available']} security updates",
        "",
        f"{'source':<40} {'entries':>8}  {'data of':<11} {'age':>9}",
    ]
    for source in database.sources():
        one = data[source.name]
        mark = "  stale" if one.stale else ""
        lines.append(
            f"{safe_line(source.name)[:40]:<40} {one.entries:>8}  {one.dated[:10]:<11} {one.age:>4} days{mark}"
        )
        if source.checksum:
            digest, _, how = source.checksum.partition(", ")
            lines.append(f"  {safe_line(how)} ({safe_line(digest)[:23]}...)"[:WIDTH])
    names = ", ".join(safe_line(name) for name in database.ecosystems())
    lines += ["", f"ecosystems: {names or 'none'}"]
    return "\n".join(lines) + "\n"


def _json(database: Database, size: int, now: datetime, max_age: int) -> str:
    data = {one.name: one for one in data_sources(database, now, max_age)}
    document = {
        "version": VERSION,
        "path": safe_line(database.path),
        "bytes": size,
        "counts": database.counts(),
        "sources": [
            {
                "name": safe_line(source.name),
                "format": source.format,
                "entries": source.entries,
                "dated": source.dated,
                "imported": source.imported,
                "age_days": data[source.name].age,
                "stale": data[source.name].stale,
                "skipped": dict(source.skipped),
                "checksum": source.checksum or None,
            }
            for source in database.sources()
        ],
        "ecosystems": {safe_line(name): list(sources) for name, sources in database.ecosystems().items()},
    }
    return json.dumps(document, indent=2) + "\n"
