"""A file of known findings, so that an old repository starts green and only what is new is reported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from jettison.atomic import write_whole
from jettison.errors import UsageError
from jettison.lint.fingerprint import fingerprints, repository_path

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport

VERSION: Final = 1
MAX_BYTES: Final = 64 * 1024 * 1024


def write_baseline(path: str, reports: Iterable[FileReport]) -> int:
    """Write the findings of all reports as known; return how many they are.

    Raises:
        SourceError: the file cannot be written.
    """
    rows = sorted(
        (repository_path(report.path), finding.code, mark)
        for report in reports
        for finding, mark in zip(report.findings, fingerprints(report), strict=True)
    )
    known = [{"path": place, "code": code, "fingerprint": mark} for place, code, mark in rows]
    text = json.dumps({"version": VERSION, "findings": known}, indent=1) + "\n"
    write_whole(path, text.encode("utf-8", "backslashreplace"))
    return len(rows)


def read_baseline(path: str) -> frozenset[str]:
    """Return the fingerprints in a baseline file.

    Raises:
        UsageError: it cannot be read or is no baseline file.
    """
    try:
        with open(path, "rb") as stream:
            data: Any = json.loads(stream.read(MAX_BYTES))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}; --write-baseline makes it") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no baseline file: not JSON") from error
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        raise UsageError(f"{path}: is no baseline file of version {VERSION}; --write-baseline makes one")
    rows = (row.get("fingerprint") for row in data["findings"] if isinstance(row, dict))
    return frozenset(mark for mark in rows if isinstance(mark, str))


def without_known(report: FileReport, known: frozenset[str], required: frozenset[str]) -> FileReport:
    """Take the known findings out of a report, but those of required rules; return the report."""
    if report.findings:
        marks = fingerprints(report)
        pairs = zip(report.findings, marks, strict=True)
        report.findings = tuple(f for f, mark in pairs if f.code in required or mark not in known)
    return report
