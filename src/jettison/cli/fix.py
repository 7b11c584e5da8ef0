"""`jettison fix [PATH...]`: apply what can be fixed without an engine."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.atomic import Replacement, replace_all
from jettison.cli.check import RULES_HELP, context_of, rule_names, settings_of
from jettison.cli.discover import found_files, is_dockerfile_name, read_dockerfile
from jettison.cli.options import Option
from jettison.errors import SourceError
from jettison.findings import SAFE, UNSAFE
from jettison.terminal import safe, safe_line

if TYPE_CHECKING:
    from jettison.rewrite.settle import FixResult
    from jettison.settings.settings import Settings

OPTIONS: Final = (
    Option(
        ("paths",),
        "Dockerfiles or folders (default: this folder); - fixes standard input to standard output",
        {"nargs": "*", "metavar": "PATH"},
    ),
    Option(("--unsafe",), "also apply fixes that may change what the image does", {"action": "store_true"}),
    Option(("--diff",), "print what would change and write nothing", {"action": "store_true"}),
    Option(("--select",), f"only these rules: {RULES_HELP}", {"metavar": "RULES", "default": ""}),
    Option(("--ignore",), "not these rules", {"metavar": "RULES", "default": ""}),
    Option(("--config",), "use this settings file for all files", {"metavar": "FILE", "default": ""}),
    Option(("--no-config",), "use no settings file", {"action": "store_true"}),
)


def run(args: argparse.Namespace) -> int:
    """Fix every file; with --diff return 1 when something would change."""
    from jettison.settings.find import Finder

    finder = Finder()
    changed = failed = 0
    for path, named in found_files(args.paths):
        settings = settings_of(args, finder, path)
        if not named and (settings.excludes(path) or not is_dockerfile_name(os.path.basename(path))):
            continue
        try:
            changed += _fix_one(path, args, settings)
        except SourceError as error:
            sys.stderr.write(f"jettison: {safe_line(str(error))}\n")
            failed += 1
    if failed:
        return SourceError.exit_code
    return 1 if args.diff and changed else 0


def _fix_one(path: str, args: argparse.Namespace, settings: Settings) -> int:
    from jettison.rewrite.settle import fix_bytes

    choice = settings.choice(path, rule_names(args.select), rule_names(args.ignore))
    result = fix_bytes(
        read_dockerfile(path),
        path,
        context_of(path),
        UNSAFE if args.unsafe else SAFE,
        select=choice.select,
        ignore=choice.ignore,
        options=choice.options,
        required=choice.required,
        foreign_comments=choice.foreign_comments,
    )
    if path == "-":
        sys.stdout.buffer.write(result.after)
        return int(result.after != result.before)
    if result.after == result.before and not result.creates:
        return 0
    if args.diff:
        sys.stdout.write(safe(_diff(path, result)))
        return 1
    replace_all(_replacements(path, result))
    names = ", ".join(sorted({finding.name for finding in result.applied}))
    sys.stdout.write(f"{safe_line(path)}: fixed {names}\n")
    return 1


def _replacements(path: str, result: FixResult) -> list[Replacement]:
    replacements = [] if result.after == result.before else [Replacement(path, result.before, result.after)]
    folder = os.path.dirname(path)
    for name, content in result.creates.items():
        replacements.append(Replacement(os.path.join(folder, name), None, content.encode()))
    return replacements


def _diff(path: str, result: FixResult) -> str:
    from jettison.report.mask import masked_diff
    from jettison.syntax.edit import unified_diff

    parts = [masked_diff(result.before, result.after, path)]
    folder = os.path.dirname(path)
    for name, content in result.creates.items():
        parts.append(unified_diff(b"", content.encode(), os.path.join(folder, name)))
    return "".join(parts)
