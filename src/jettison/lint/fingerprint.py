"""Names of findings that stay the same while lines move.

A fingerprint is made of the rule, the file's path in its repository, the text of the line (secrets masked,
blanks joined) and a count where the same comes again; neither line numbers nor messages enter.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from jettison.report.mask import MaskedSource
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.findings import Finding
    from jettison.lint.engine import FileReport

MAX_LINE: Final = 2000
MAX_DEPTH: Final = 128
_ROOTS: Final[dict[str, str]] = {}


def fingerprints(report: FileReport) -> list[str]:
    """Return the fingerprint of each finding of a report, in its order."""
    from hashlib import sha256

    masked = MaskedSource(report)
    path = repository_path(report.path)
    seen: dict[str, int] = {}
    found = []
    for finding in report.findings:
        key = "\0".join((finding.code, path, _line(report, masked, finding)))
        seen[key] = seen.get(key, 0) + 1
        text = f"{key}\0{seen[key]}"
        found.append(sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32])
    return found


def _line(report: FileReport, masked: MaskedSource, finding: Finding) -> str:
    start, end = report.source.line_span(report.source.line(finding.span.start))
    return " ".join(masked.text(Span(start, min(end, start + MAX_LINE))).split())


def repository_path(path: str) -> str:
    """Return a path relative to its repository (the working folder where there is none), with slashes."""
    full = os.path.abspath(path)
    root = _root(os.path.dirname(full))
    try:
        relative = os.path.relpath(full, root)
    except ValueError:
        return path.replace(os.sep, "/")
    return (path if relative.startswith("..") else relative).replace(os.sep, "/")


def _root(folder: str) -> str:
    if folder not in _ROOTS:
        _ROOTS[folder] = _find_root(folder)
    return _ROOTS[folder]


def _find_root(folder: str) -> str:
    for _ in range(MAX_DEPTH):
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    return os.getcwd()
