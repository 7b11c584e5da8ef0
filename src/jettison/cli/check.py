"""`jettison check [PATH...]`: findings only."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.cli.discover import dockerfiles, read_dockerfile
from jettison.cli.options import Option
from jettison.errors import SourceError, UsageError
from jettison.findings import Severity
from jettison.terminal import Palette, safe_line, wants_colour

if TYPE_CHECKING:
    from jettison.lint.engine import FileReport
    from jettison.model.context import BuildContext

OPTIONS: Final = (
    Option(
        ("paths",),
        "Dockerfiles or folders (default: this folder); - reads standard input",
        {"nargs": "*", "metavar": "PATH"},
    ),
    Option(
        ("--select",),
        "only these rules: codes or names, separated by commas",
        {"metavar": "RULES", "default": ""},
    ),
    Option(("--ignore",), "not these rules", {"metavar": "RULES", "default": ""}),
    Option(("--format",), "text or json (default: text)", {"choices": ("text", "json"), "default": "text"}),
    Option(
        ("--fail-on",),
        "the lowest severity that makes the exit code 1 (default: low)",
        {"choices": (*Severity.NAMES, "never"), "default": "low"},
    ),
    Option(("--no-context",), "do not look at the build context beside the Dockerfile", {"action": "store_true"}),
)


def run(args: argparse.Namespace) -> int:
    """Print the findings of every file; return 1 when one reaches the fail level."""
    reports, unreadable = check_paths(args)
    _print(reports, args.format)
    if unreadable:
        return SourceError.exit_code
    return 1 if _fails(reports, args.fail_on) else 0


def check_paths(args: argparse.Namespace) -> tuple[list[FileReport], int]:
    """Return a report per file, and how many files could not be read (each is said on stderr)."""
    from jettison.lint.engine import check_bytes

    select, ignore = rule_names(args.select), rule_names(args.ignore)
    reports: list[FileReport] = []
    unreadable = 0
    for path in dockerfiles(args.paths):
        try:
            data = read_dockerfile(path)
        except SourceError as error:
            sys.stderr.write(f"jettison: {safe_line(str(error))}\n")
            unreadable += 1
            continue
        context = None if args.no_context else context_of(path)
        reports.append(check_bytes(data, path, context=context, select=select, ignore=ignore))
    return reports, unreadable


def context_of(path: str) -> BuildContext | None:
    """Return the build context that the Dockerfile's own folder makes; None for standard input."""
    from jettison.model.context import read_context

    if path == "-":
        return None
    return read_context(os.path.dirname(path) or ".", os.path.basename(path))


def rule_names(value: str) -> frozenset[str] | None:
    """Return the rules named in a comma-separated option, or None when it is empty.

    Raises:
        UsageError: a name is not a rule.
    """
    from jettison.rules.index import resolve

    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names:
        return None
    codes: list[str] = []
    for name in names:
        found = resolve(name)
        if not found:
            raise UsageError(f"{name!r} is not a rule; `jettison explain` lists them all")
        codes.extend(found)
    return frozenset(codes)


def _print(reports: list[FileReport], style: str) -> None:
    if style == "json":
        from jettison.report.check_json import render_json

        sys.stdout.write(render_json(reports))
        return
    from jettison.report.check_text import render_text

    sys.stdout.write(render_text(reports, Palette(wants_colour())))


def _fails(reports: list[FileReport], level: str) -> bool:
    if level == "never":
        return False
    lowest = Severity.NAMES.index(level)
    return any(finding.severity >= lowest for report in reports for finding in report.findings)
