"""`jettison fix [PATH...]`: apply what can be fixed without an engine."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from jettison.atomic import Replacement, replace_all
from jettison.cli.check import RULES_HELP, Templates, rule_names, settings_of, to_check
from jettison.cli.discover import read_dockerfile
from jettison.cli.options import Option
from jettison.errors import SourceError
from jettison.findings import SAFE, UNSAFE
from jettison.lint.build import check_build, context_of, distinct, own_build
from jettison.terminal import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jettison.lint.build import Build
    from jettison.model.context import Walks
    from jettison.rewrite.settle import FixResult, Way
    from jettison.settings.settings import Choice, Settings

OPTIONS: Final = (
    Option(
        ("paths",),
        "Dockerfiles or folders (default: this folder), or a Compose or Bake file: the Dockerfiles beside and below it that it "
        "builds; - fixes standard input to standard output",
        {"nargs": "*", "metavar": "PATH"},
    ),
    Option(("--unsafe",), "also apply fixes that may change what the image does", {"action": "store_true"}),
    Option(("--diff",), "print what would change, secrets masked, and write nothing", {"action": "store_true"}),
    Option(
        ("--patch",),
        "write what would change to this file, for `git apply`; it holds what the Dockerfiles hold, and you alone may read it",
        {"metavar": "FILE", "default": ""},
    ),
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
    patch: list[str] = []
    templates = Templates()
    for path, builds, named in to_check(args, finder, []):
        if builds and not _may_write(path, builds, args.paths or ["."]):
            continue
        try:
            if not named and templates.hold(read_dockerfile(path), path):
                continue
            changed += _fix_one(path, builds, args, settings_of(args, finder, path), patch)
        except SourceError as error:
            sys.stderr.write(f"jettison: {safe_line(str(error))}\n")
            failed += 1
    templates.tell()
    if args.patch:
        _keep_patch(args.patch, "".join(patch))
    if failed:
        return SourceError.exit_code
    return 1 if args.diff and changed else 0


def _may_write(path: str, builds: Sequence[Build], named: Sequence[str]) -> bool:
    """Return whether a Dockerfile that a Compose or Bake file names is there, and in a folder that the user named."""
    if builds[0].inline is not None or not os.path.isfile(path):
        return False
    folders = [os.path.realpath(name if os.path.isdir(name) else os.path.dirname(name) or ".") for name in named]
    real = os.path.realpath(path)
    return any(real.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _keep_patch(path: str, text: str) -> None:
    """Write a patch that its owner alone may read. Raises SourceError."""
    from jettison.cache_folder import keep_file

    try:
        keep_file(os.path.abspath(path), text.encode("utf-8", "surrogateescape"), 0o600)
    except OSError as error:
        raise SourceError(f"{path}: cannot be written: {error.strerror}") from error


def _fix_one(path: str, builds: Sequence[Build], args: argparse.Namespace, settings: Settings, patch: list[str]) -> int:
    from jettison.report.mask import masked_diff
    from jettison.rewrite.settle import fix_ways
    from jettison.syntax.edit import unified_diff

    choice = settings.choice(path, rule_names(args.select), rule_names(args.ignore))
    walks: Walks = {}
    ways = [_way(path, build, choice, walks) for build in distinct(builds or (own_build(path),))]
    result = fix_ways(read_dockerfile(path), ways, UNSAFE if args.unsafe else SAFE)
    if path == "-":
        sys.stdout.buffer.write(result.after)
        return int(result.after != result.before)
    if result.after == result.before and not result.creates:
        return 0
    if args.diff or args.patch:
        patch.append(_diff(path, result, partial(unified_diff, errors="surrogateescape")))
        if args.diff:
            shown = _diff(path, result, masked_diff)
            sys.stdout.write(safe(shown))
            if shown != _diff(path, result, unified_diff):
                name = safe_line(path)
                sys.stderr.write(
                    f"jettison: {name}: secrets are masked, so the diff does not apply; --patch FILE writes it whole\n"
                )
        return 1
    replace_all(_replacements(path, result))
    names = ", ".join(sorted({finding.name for finding in result.applied}))
    sys.stdout.write(f"{safe_line(path)}: fixed {names}\n")
    return 1


def _way(path: str, build: Build, choice: Choice, walks: Walks) -> Way:
    from jettison.rewrite.settle import Way

    context = context_of(build, path, walks)
    folder = context.root if context is not None else os.path.dirname(path)
    return Way(folder, lambda data: check_build(data, path, build, context, choice))


def _replacements(path: str, result: FixResult) -> list[Replacement]:
    replacements = [] if result.after == result.before else [Replacement(path, result.before, result.after)]
    for name, content in result.creates.items():
        replacements.append(Replacement(name, None, content.encode()))
    return replacements


def _diff(path: str, result: FixResult, between: Callable[[bytes, bytes, str], str]) -> str:
    new = (between(b"", content.encode(), name) for name, content in result.creates.items())
    return "".join((between(result.before, result.after, path), *new))
