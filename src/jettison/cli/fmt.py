"""`jettison fmt [PATH...]`: lay Dockerfiles out; what the builder reads stays the same."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.atomic import Replacement, replace_all
from jettison.cli.check import Templates, settings_of
from jettison.cli.discover import found_files, is_dockerfile_name, read_dockerfile
from jettison.cli.options import Option
from jettison.errors import SourceError
from jettison.findings import SAFE
from jettison.terminal import safe, safe_line

if TYPE_CHECKING:
    from jettison.rewrite.settle import FixResult
    from jettison.settings.settings import Settings

OPTIONS: Final = (
    Option(
        ("paths",),
        "Dockerfiles or folders (default: this folder); - formats standard input to standard output",
        {"nargs": "*", "metavar": "PATH"},
    ),
    Option(("--check",), "write nothing; exit with 1 when something would change", {"action": "store_true"}),
    Option(("--diff",), "print what would change and write nothing", {"action": "store_true"}),
    Option(("--config",), "use this settings file for all files", {"metavar": "FILE", "default": ""}),
    Option(("--no-config",), "use no settings file", {"action": "store_true"}),
)
# Casing of keywords is layout too; the other rules of the group are opinions about what is written.
_CASING: Final = ("JT801", "JT802")
_FIRST: Final = "JT830"
_LAST: Final = "JT869"


def layout_rules() -> frozenset[str]:
    """Return the codes of the rules that lay a file out."""
    from jettison.rules.index import entries

    codes = (entry.code for entry in entries() if entry.group == "style")
    return frozenset(code for code in codes if code in _CASING or _FIRST <= code <= _LAST)


def run(args: argparse.Namespace) -> int:
    """Format every file; with --check or --diff return 1 when something would change."""
    from jettison.settings.find import Finder

    finder = Finder()
    changed = failed = 0
    templates = Templates()
    for path, named in found_files(args.paths):
        settings = settings_of(args, finder, path)
        if not named and (settings.excludes(path) or not is_dockerfile_name(os.path.basename(path))):
            continue
        try:
            if not named and templates.hold(read_dockerfile(path), path):
                continue
            changed += _format_one(path, args, settings)
        except SourceError as error:
            sys.stderr.write(f"jettison: {safe_line(str(error))}\n")
            failed += 1
    templates.tell()
    if failed:
        return SourceError.exit_code
    return 1 if changed and (args.check or args.diff) else 0


def _format_one(path: str, args: argparse.Namespace, settings: Settings) -> int:
    result = _formatted(read_dockerfile(path), path, settings)
    differs = int(result.after != result.before)
    if args.diff and differs:
        from jettison.report.mask import masked_diff

        sys.stdout.write(safe(masked_diff(result.before, result.after, path)))
    elif args.check and differs:
        sys.stdout.write(f"{safe_line(path)}: would be formatted\n")
    elif path == "-" and not (args.check or args.diff):
        sys.stdout.buffer.write(result.after)
    elif differs:
        replace_all([Replacement(path, result.before, result.after)])
        sys.stdout.write(f"{safe_line(path)}: formatted\n")
    return differs


def _formatted(data: bytes, path: str, settings: Settings) -> FixResult:
    from jettison.rewrite.settle import fix_bytes

    choice = settings.choice(path, layout_rules(), None)
    return fix_bytes(
        data,
        path,
        None,
        SAFE,
        select=choice.select,
        ignore=choice.ignore,
        options=choice.options,
        required=choice.required,
        foreign_comments=choice.foreign_comments,
    )
