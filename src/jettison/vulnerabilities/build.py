"""Building the database: imports go into a copy, which takes the old one's place only when all of it is written."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Final

from jettison.errors import SourceError
from jettison.vulnerabilities.advisory import Advisory, Affected
from jettison.vulnerabilities.bundles import BundleError, NothingKnownError, archives_in, files_of
from jettison.vulnerabilities.database import APPLICATION, VERSION, open_database
from jettison.vulnerabilities.formats.debian_tracker import TrackerError
from jettison.vulnerabilities.formats.recognise import is_candidate, read_file
from jettison.vulnerabilities.place import database_path

_ARCHIVES: Final = (".xz", ".gz", ".bz2", ".zst", ".zip", ".tar", ".tgz", ".json", ".yaml", ".yml", ".csv")
_BATCH: Final = 5000


@dataclass(frozen=True, slots=True)
class Imported:
    """What one path gave. dated: the newest date that the data states, of its oldest part where it has several.

    unknown: files of no known format.
    """

    name: str
    entries: int
    dated: str
    skipped: tuple[tuple[str, int], ...]
    unknown: int
    formats: tuple[str, ...]


class _Writer:
    """Writes what readers find into the tables; one for each path."""

    def __init__(self, connection: sqlite3.Connection, source: int, now: str) -> None:
        self._connection = connection
        self._source = source
        self._now = now
        self.entries = 0
        self._dates: dict[str, str] = {}
        self._of_file = ""
        self._formats_of_file: set[str] = set()
        self.reasons: Counter[str] = Counter()
        self.formats: set[str] = set()
        self._covered: set[str] = set()

    def advisory(self, advisory: Advisory) -> None:
        run = self._connection.execute
        old = run("SELECT id FROM advisory WHERE name = ?", (advisory.id,)).fetchone()
        if old is not None:
            _forget(self._connection, "id = ?", old[0])
        added = run(
            "INSERT INTO advisory (name, source, aliases, related, summary, severity, score, vector, url, published, modified)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                advisory.id, self._source, json.dumps(advisory.aliases), json.dumps(advisory.related), advisory.summary,
                advisory.severity, advisory.score, advisory.vector, advisory.url, advisory.published, advisory.modified,
            ),
        ).lastrowid  # fmt: skip
        self._connection.executemany("INSERT INTO alias VALUES (?, ?)", [(one, added) for one in advisory.aliases])
        self._connection.executemany(
            "INSERT INTO affected VALUES (?, ?, ?, ?, ?)",
            [(one.ecosystem, one.package, added, _conditions(one), one.status) for one in advisory.affected],
        )
        self._count("advisories")

    def covers(self, ecosystem: str) -> None:
        if ecosystem not in self._covered:
            self._covered.add(ecosystem)
            self._connection.execute("INSERT OR IGNORE INTO coverage VALUES (?, ?)", (ecosystem, self._source))

    def exploited(self, cve: str, added: str, ransomware: bool) -> None:
        row = (cve, added, int(ransomware), self._source)
        self._connection.execute("INSERT OR REPLACE INTO exploited VALUES (?, ?, ?, ?)", row)
        self._count("exploited")

    def likelihood(self, cve: str, score: float, percentile: float) -> None:
        row = (cve, score, percentile, self._source)
        self._connection.execute("INSERT OR REPLACE INTO likelihood VALUES (?, ?, ?, ?)", row)
        self._count("likelihood")

    def available(self, ecosystem: str, package: str, version: str) -> None:
        row = (ecosystem, package, version, self._source)
        self._connection.execute("INSERT OR REPLACE INTO available VALUES (?, ?, ?, ?)", row)
        self._count("index")

    def dated(self, date: str) -> None:
        # A date in the future would make the data look fresh for ever.
        if self._of_file < date <= self._now:
            self._of_file = date

    def end_of_file(self) -> None:
        """Take the dates of a file for those of the formats it is of: an old catalogue is no younger beside new data."""
        for format_ in self._formats_of_file:
            self._dates[format_] = max(self._dates.get(format_, ""), self._of_file)
        self._of_file, self._formats_of_file = "", set()

    @property
    def newest(self) -> str:
        """Return the newest date of the part that is dated oldest, "" where none is dated."""
        return min((date for date in self._dates.values() if date), default="")

    def skipped(self, reason: str) -> None:
        self.reasons[reason] += 1

    def _count(self, format_: str) -> None:
        self.entries += 1
        self.formats.add(format_)
        self._formats_of_file.add(format_)


def import_paths(paths: list[str], release: str = "", target: str = "", as_of: str = "") -> list[Imported]:
    """Import files, folders and archives into the database; a path that was imported before replaces what it gave.

    Each archive that lies in a folder itself is a source of its own, with its own age.

    release: the ecosystem of package indexes that do not name their own ("Debian:12"); as_of: ISO time that the
    data is of, where it does not say so itself.

    Raises:
        SourceError: a path cannot be read or holds nothing of a known format; the database is then as it was.
    """
    with Build(target or database_path()) as build:
        found = [one for path in paths for one in _import(build, path, release, as_of)]
        build.commit()
    return found


def _import(build: Build, path: str, release: str, as_of: str) -> list[Imported]:
    archives = archives_in(path)
    if not archives:
        return [build.add(path, source_name(path), release, as_of)]
    build.forget(source_name(path))
    found: list[Imported] = []
    for part in (*archives, path):
        name = source_name(part)
        if name in {one.name for one in found}:
            name = os.path.basename(os.path.abspath(part))
        try:
            with build.savepoint():
                beside = frozenset(archives) if part == path else frozenset()
                found.append(build.add(part, name, release, as_of, without=beside))
        except NothingKnownError:
            # What else lies there, notes and licences.
            if part != path:
                found.append(Imported(name, 0, "", (), 1, ()))
    if not any(one.entries for one in found):
        raise NothingKnownError(f"{path}: nothing of a known format is in it (docs/scan.md lists the formats)")
    return found


class Build:
    """A new state of the database; nothing is seen of it before `commit`."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._temporary = f"{target}.new-{os.getpid()}"
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Build:
        try:
            if os.path.exists(self._target) and not os.path.isfile(self._target):
                raise SourceError(f"{self._target}: is no regular file")
            os.makedirs(os.path.dirname(self._target) or ".", mode=0o700, exist_ok=True)
            self._stack.enter_context(_locked(f"{self._target}.lock"))
            self._stack.callback(_remove, self._temporary)
            existing = open_database(self._target)
            if existing is not None:
                existing.close()
                shutil.copyfile(self._target, self._temporary)
            self._connection = sqlite3.connect(self._temporary, isolation_level=None)
            self._stack.callback(self._connection.close)
            for pragma in ("journal_mode = MEMORY", "synchronous = OFF", "temp_store = MEMORY", "cache_size = -65536"):
                self._connection.execute(f"PRAGMA {pragma}")
            if existing is None:
                schema = resources.files("jettison.vulnerabilities").joinpath("schema.sql").read_text()
                self._connection.executescript(schema)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
                self._connection.execute(f"PRAGMA user_version = {VERSION}")
            self._connection.execute("BEGIN")
        except (OSError, sqlite3.Error) as error:
            self._stack.close()
            raise SourceError(f"{self._target}: cannot be written: {error}") from error
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is done within, when it fails."""
        self._connection.execute("SAVEPOINT one")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO one")
            raise
        finally:
            self._connection.execute("RELEASE one")

    def forget(self, name: str) -> None:
        """Take out what was imported under a name."""
        old = self._connection.execute("SELECT id FROM source WHERE name = ?", (name,)).fetchone()
        if old is not None:
            self._forget_source(old[0])

    def add(
        self,
        path: str,
        name: str,
        release: str = "",
        dated: str = "",
        checksum: str = "",
        without: frozenset[str] = frozenset(),
    ) -> Imported:
        """Import one path under a name; dated: when it was fetched, where that is known better than from the data.

        without: files of a folder that are left out.

        Raises:
            SourceError: it cannot be read or holds nothing of a known format.
        """
        run = self._connection.execute
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        try:
            self.forget(name)
            source = run(
                "INSERT INTO source (name, format, imported, dated, entries, skipped, checksum) VALUES (?, '', ?, '', 0, '{}', ?)",
                (name, now, checksum),
            ).lastrowid
            assert source is not None
            writer = _Writer(self._connection, source, now)
            unknown = self._read(path, writer, release, without)
            date = dated or writer.newest or _changed(path)
            formats = tuple(sorted(writer.formats))
            run(
                "UPDATE source SET format = ?, dated = ?, entries = ?, skipped = ? WHERE id = ?",
                (",".join(formats), date, writer.entries, json.dumps(dict(writer.reasons.most_common(50))), source),
            )
        except sqlite3.Error as error:
            raise SourceError(f"{self._target}: cannot be written: {error}") from error
        if not writer.entries and not writer.reasons:
            raise NothingKnownError(f"{path}: nothing of a known format is in it (docs/scan.md lists the formats)")
        if not writer.entries:
            reasons = ", ".join(f"{count} x {reason}" for reason, count in writer.reasons.most_common(3))
            raise BundleError(f"{path}: nothing usable is in it ({reasons})")
        return Imported(name, writer.entries, date, tuple(writer.reasons.most_common()), unknown, formats)

    def commit(self) -> None:
        """Put the new state in the place of the old one."""
        try:
            self._connection.execute("COMMIT")
            self._connection.close()
            descriptor = os.open(self._temporary, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(self._temporary, self._target)
        except (OSError, sqlite3.Error) as error:
            raise SourceError(f"{self._target}: cannot be written: {error}") from error

    def _read(self, path: str, writer: _Writer, release: str, without: frozenset[str]) -> int:
        unknown, title = 0, ""
        for name, data in files_of(path, is_candidate, without):
            if name.endswith("DESCRIPTION"):
                title = data[:200].decode("utf-8", "replace")
                continue
            try:
                known = read_file(name, data, writer, release, title)
            except TrackerError as error:
                raise BundleError(f"{name}: {error}") from error
            writer.end_of_file()
            unknown += not known
        return unknown

    def _forget_source(self, source: int) -> None:
        _forget(self._connection, "source = ?", source)
        for table in ("coverage", "exploited", "likelihood", "available"):
            self._connection.execute(f"DELETE FROM {table} WHERE source = ?", (source,))
        self._connection.execute("DELETE FROM source WHERE id = ?", (source,))


def source_name(path: str) -> str:
    """Return the name under which a path is kept: its last part without what packs it."""
    base = os.path.basename(os.path.abspath(path))
    while True:
        short = next(
            (base[: -len(suffix)] for suffix in _ARCHIVES if base.lower().endswith(suffix) and base != suffix), base
        )
        if short == base:
            return base
        base = short


def _changed(path: str) -> str:
    """Return when a path was last written, for data that states no date: it cannot be newer than that."""
    try:
        return datetime.fromtimestamp(os.stat(path).st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (OSError, OverflowError, ValueError):
        return "1970-01-01T00:00:00"


def _forget(connection: sqlite3.Connection, condition: str, value: int) -> None:
    for table in ("affected", "alias"):
        connection.execute(
            f"DELETE FROM {table} WHERE advisory IN (SELECT id FROM advisory WHERE {condition})", (value,)
        )
    connection.execute(f"DELETE FROM advisory WHERE {condition}", (value,))


def _conditions(affected: Affected) -> str:
    return json.dumps([affected.when, affected.versions, affected.safe], separators=(",", ":"))


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


@contextlib.contextmanager
def _locked(path: str) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
