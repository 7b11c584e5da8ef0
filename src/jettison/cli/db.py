"""`jettison db import|update|status`: the local database of known vulnerabilities."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from typing import Final

from jettison.cli.options import Option
from jettison.errors import UsageError
from jettison.terminal import safe_line

OPTIONS: Final = (
    Option(
        ("action",),
        "import: read files, folders and archives; update: fetch them; status: what is there and how old",
        {"choices": ("import", "update", "status"), "metavar": "import|update|status"},
    ),
    Option(("paths",), "import: what to read, in any of the formats of docs/scan.md", {"nargs": "*", "metavar": "PATH"}),
    Option(("--db",), "the database (default: the one in the cache folder)", {"metavar": "FILE"}),
    Option(
        ("--release",),
        "import: the release of a package index that does not name it (debian:12, alpine:3.20)",
        {"metavar": "NAME:VERSION", "default": ""},
    ),
    Option(("--as-of",), "import: the day that the data is of, where it does not say (2026-08-21)", {"metavar": "DATE", "default": ""}),
    Option(
        ("--url",),
        "update: fetch this file instead of the known feeds (several may be given; #sha256=... is verified)",
        {"metavar": "URL", "action": "append", "default": []},
    ),
    Option(("--format",), "status: text or json", {"choices": ("text", "json"), "default": "text"}),
    Option(("--max-age",), "days after which data is stale (default: 7)", {"type": int, "metavar": "DAYS", "default": 7}),
)  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Import, update, or print the status; status returns 1 when there is no data or stale data."""
    if args.action == "import":
        return _import(args)
    if args.paths:
        raise UsageError(f"db {args.action} takes no PATH")
    return _update(args) if args.action == "update" else _status(args)


def _import(args: argparse.Namespace) -> int:
    from jettison.vulnerabilities.build import import_paths

    if not args.paths:
        raise UsageError("db import wants at least one PATH")
    for imported in import_paths(args.paths, _release(args.release), args.db or "", _date(args.as_of)):
        if not imported.entries:
            sys.stdout.write(f"{safe_line(imported.name)}: nothing of a known format, left out\n")
            continue
        sys.stdout.write(f"{safe_line(imported.name)}: {imported.entries} entries, data of {imported.dated[:10]}\n")
        for reason, count in imported.skipped:
            sys.stdout.write(f"  {count} left out: {safe_line(reason)}\n")
        if imported.unknown:
            sys.stdout.write(f"  {imported.unknown} files of no known format\n")
    return 0


def _update(args: argparse.Namespace) -> int:
    from jettison.vulnerabilities.update import feed_of, known_feeds, update

    urls = args.url or os.environ.get("JETTISON_DB_URL", "").split()
    feeds = [feed_of(url) for url in urls] or known_feeds()
    found, failed = update(feeds, args.db or "", _tell)
    for imported in found:
        sys.stdout.write(f"{safe_line(imported.name)}: {imported.entries} entries\n")
    for reason in failed:
        sys.stderr.write(f"jettison: {safe_line(reason)}\n")
    if failed:
        sys.stderr.write("jettison: what failed keeps its old data; `jettison db status` shows its age\n")
    return 1 if failed else 0


def _tell(line: str) -> None:
    sys.stderr.write(f"{safe_line(line)}\n")


def _status(args: argparse.Namespace) -> int:
    from jettison.vulnerabilities.age import data_sources
    from jettison.vulnerabilities.database import open_database
    from jettison.vulnerabilities.place import database_path

    path = args.db or database_path()
    database = open_database(path)
    if database is None:
        sys.stdout.write(
            f"{safe_line(path)}: no database yet; `jettison db import PATH` or `jettison db update` makes it\n"
        )
        return 1
    from jettison.report.db_status import render_status

    stale = any(one.stale for one in data_sources(database, datetime.now(UTC), args.max_age))
    sys.stdout.write(render_status(database, os.path.getsize(path), datetime.now(UTC), args.max_age, args.format))
    database.close()
    return 1 if stale else 0


def _release(text: str) -> str:
    """Return the ecosystem of "debian:12"."""
    if not text:
        return ""
    name, _, version = text.partition(":")
    known = {
        "debian": f"Debian:{version}",
        "ubuntu": f"Ubuntu:{version}",
        "alpine": f"Alpine:v{version.removeprefix('v')}",
    }
    if name.lower() not in known or not version:
        raise UsageError(f"--release {text!r} is none of debian:VERSION, ubuntu:VERSION, alpine:VERSION")
    return known[name.lower()]


def _date(text: str) -> str:
    if not text:
        return ""
    try:
        return datetime.strptime(text, "%Y-%m-%d").strftime("%Y-%m-%dT00:00:00")
    except ValueError:
        raise UsageError(f"--as-of {text!r} is no date; write 2026-08-21") from None
