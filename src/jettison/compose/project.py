"""The builds that Compose and Bake files ask for; a broken file is a report, the others are still read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jettison.cli.discover import read_dockerfile
from jettison.compose.problem import BuildFileError
from jettison.errors import SourceError
from jettison.lint.engine import FileReport, own_finding
from jettison.span import SourceText, Span

if TYPE_CHECKING:
    from jettison.lint.build import Build

CODE: Final = "JT003"
NAME: Final = "broken-build-file"


def read_builds(paths: Sequence[str]) -> tuple[list[Build], list[FileReport]]:
    """Return the builds of all files, and a report for each file that is wrong.

    A file that another one includes with a folder or an environment of its own is read as a part of that one alone.
    """
    read: list[tuple[str, list[Build], list[tuple[int, str]]]] = []
    steered: set[str] = set()
    for path in paths:
        try:
            found, problems, parts = _read(path)
            steered |= parts
        except BuildFileError as error:
            found, problems = [], [(error.line, str(error))]
        except SourceError as error:
            found, problems = [], [(0, str(error))]
        read.append((path, found, problems))
    if steered:
        read = [each for each in read if os.path.realpath(each[0]) not in steered]
    builds = [build for _, found, _ in read for build in found]
    return builds, [_report(path, problems) for path, _, problems in read if problems]


def problem_report(path: str, line: int, message: str) -> FileReport:
    """Return a report of one mistake in a Compose or Bake file."""
    return _report(path, [(line, message)])


def _read(path: str) -> tuple[list[Build], list[tuple[int, str]], frozenset[str]]:
    data = read_dockerfile(path)
    if path.lower().endswith((".yml", ".yaml")):
        from jettison.compose.compose_file import read_compose

        return read_compose(path, data)
    from jettison.compose.bake import read_bake

    return *read_bake(path, data), frozenset()


def _report(path: str, problems: Sequence[tuple[int, str]]) -> FileReport:
    try:
        source = SourceText(read_dockerfile(path), path)
    except SourceError:
        source = SourceText(b"", path)
    findings = tuple(own_finding(CODE, NAME, message, _span(source, line)) for line, message in sorted(problems))
    report = FileReport(path, source, None, findings, ())
    report.mask_messages()
    return report


def _span(source: SourceText, line: int) -> Span:
    if not 0 < line <= len(source.line_starts):
        return Span(0, 0)
    span = source.line_span(line)
    text = source.data[span.start : span.end]
    return Span(span.start + len(text) - len(text.lstrip(b" \t")), span.start + len(text.rstrip()))


def is_remote(context: str) -> bool:
    """Return whether a build context is not a folder here."""
    return "://" in context or context.startswith(("git@", "github.com/", "target:", "service:")) or context == "-"


def joined(folder: str, path: str) -> str:
    """Return a path that is written relative to a folder."""
    return os.path.normpath(os.path.join(folder, path))
