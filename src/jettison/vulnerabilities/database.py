"""Reading the database of known vulnerabilities. It is opened read-only and never waits for anything."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from jettison.errors import SourceError
from jettison.vulnerabilities.advisory import Advisory, Affected, Clause

APPLICATION: Final = 0x4A455456
VERSION: Final = 1


class DatabaseError(SourceError):
    """The database is missing, damaged, or of another version."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was imported once. dated: ISO time that the data is of; imported: when; entries: how many it gave.

    skipped: reason -> how many were left out; checksum: "sha256:..." with whether it was verified, "" for files.
    """

    name: str
    format: str
    imported: str
    dated: str
    entries: int
    skipped: tuple[tuple[str, int], ...]
    checksum: str


class Database:
    """An open database. Use `open_database`."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self._artifacts: dict[str, dict[str, tuple[str, ...]]] = {}
        self.path = path

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def sources(self) -> tuple[Source, ...]:
        """Return what was imported, by name."""
        rows = self._all("SELECT name, format, imported, dated, entries, skipped, checksum FROM source ORDER BY name")
        return tuple(
            Source(row[0], row[1], row[2], row[3], row[4], tuple(sorted(json.loads(row[5]).items())), row[6])
            for row in rows
        )

    def ecosystems(self) -> dict[str, tuple[str, ...]]:
        """Return ecosystem -> names of the sources with its advisories."""
        found: dict[str, tuple[str, ...]] = {}
        query = (
            "SELECT c.ecosystem, s.name FROM coverage c JOIN source s ON s.id = c.source ORDER BY c.ecosystem, s.name"
        )
        for ecosystem, name in self._all(query):
            found[ecosystem] = (*found.get(ecosystem, ()), name)
        return found

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of data has."""
        tables = ("advisory", "affected", "exploited", "likelihood", "available")
        return {name: int(self._all(f"SELECT count(*) FROM {name}")[0][0]) for name in tables}

    def advisories(self, ecosystem: str, package: str) -> Iterator[tuple[Advisory, Affected, str]]:
        """Yield (advisory, conditions, name of the source) of each entry on a package."""
        query = """SELECT a.name, a.aliases, a.related, a.summary, a.severity, a.score, a.vector, a.url, a.published,
            a.modified, f.conditions, f.status, s.name FROM affected f JOIN advisory a ON a.id = f.advisory
            JOIN source s ON s.id = a.source WHERE f.ecosystem = ? AND f.package = ? ORDER BY a.name, f.rowid"""
        for row in self._all(query, ecosystem, package):
            when, versions, safe = json.loads(row[10])
            affected = Affected(ecosystem, package, _clauses(when), tuple(versions), _clauses(safe), row[11])
            aliases, related = (tuple(json.loads(text)) for text in row[1:3])
            yield Advisory(row[0], (affected,), aliases, related, *row[3:10]), affected, row[12]

    def artifacts(self, ecosystem: str) -> dict[str, tuple[str, ...]]:
        """Return artifact -> the names "group:artifact" that advisories use."""
        found = self._artifacts.get(ecosystem)
        if found is None:
            found = self._artifacts[ecosystem] = {}
            for (name,) in self._all("SELECT DISTINCT package FROM affected WHERE ecosystem = ?", ecosystem):
                artifact = name.rpartition(":")[2]
                found[artifact] = (*found.get(artifact, ()), name)
        return found

    def severities(self, name: str) -> list[tuple[str, float | None, str]]:
        """Return (severity, score, vector) that any advisory with this name or alias states."""
        query = """SELECT severity, score, vector FROM advisory WHERE severity != 'unknown' AND (name = ?1
            OR id IN (SELECT advisory FROM alias WHERE alias = ?1)) ORDER BY score IS NULL, score DESC"""
        return [(row[0], row[1], row[2]) for row in self._all(query, name)]

    def exploited(self, cve: str) -> tuple[str, bool] | None:
        """Return (date of entry, used by ransomware) of a CVE that is known to be exploited."""
        rows = self._all("SELECT added, ransomware FROM exploited WHERE cve = ?", cve)
        return (rows[0][0], bool(rows[0][1])) if rows else None

    def likelihood(self, cve: str) -> tuple[float, float] | None:
        """Return (EPSS score, percentile), both 0 to 1."""
        rows = self._all("SELECT score, percentile FROM likelihood WHERE cve = ?", cve)
        return (rows[0][0], rows[0][1]) if rows else None

    def available(self, ecosystem: str, package: str) -> tuple[str, ...]:
        """Return the versions that the distribution's security indexes offer."""
        rows = self._all("SELECT version FROM available WHERE ecosystem = ? AND package = ?", ecosystem, package)
        return tuple(row[0] for row in rows)

    def indexed(self) -> frozenset[str]:
        """Return the ecosystems with a security index."""
        return frozenset(row[0] for row in self._all("SELECT DISTINCT ecosystem FROM available"))

    def _all(self, query: str, *values: str) -> list[Any]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise _damaged(self.path, error) from error


def open_database(path: str) -> Database | None:
    """Return the database at a path, None when there is none.

    Raises:
        DatabaseError: it is damaged or of another version.
    """
    if not os.path.exists(path):
        return None
    try:
        connection = sqlite3.connect(f"file:{quote(os.path.abspath(path))}?mode=ro&immutable=1", uri=True)
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise _damaged(path, error) from error
    if application != APPLICATION or version != VERSION:
        connection.close()
        raise DatabaseError(
            f"{path}: this is no database of this version of jettison; delete it and import again (`jettison db import`)"
        )
    return Database(connection, path)


def _damaged(path: str, error: sqlite3.Error) -> DatabaseError:
    return DatabaseError(
        f"{path}: the database is damaged ({error}); delete it and import again (`jettison db import`)"
    )


def _clauses(value: list[list[list[str]]]) -> tuple[Clause, ...]:
    return tuple(tuple((operator, bound) for operator, bound in clause) for clause in value)
