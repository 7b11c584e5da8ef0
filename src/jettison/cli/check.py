"""`jettison check [PATH...]`: findings only."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.cli.discover import BUILD_FILE_ENDINGS, found_files, is_build_file_name, read_dockerfile
from jettison.cli.options import COUNTED, Option
from jettison.cli.real_paths import RealPaths
from jettison.errors import SourceError, UsageError
from jettison.findings import Severity
from jettison.named_tuple import NamedTuple
from jettison.report.formats import FORMATS
from jettison.terminal import Palette, safe_line, wants_colour

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from jettison.lint.build import Build
    from jettison.lint.engine import FileReport
    from jettison.model.context import Walks
    from jettison.settings.find import Finder
    from jettison.settings.settings import Choice, Settings

RULES_HELP: Final = "codes or their beginning, names, groups, other tools' ids, all; with commas between"
OPTIONS: Final = (
    Option(
        ("paths",),
        "files, folders or patterns (default: this folder): Dockerfiles, and what Compose and Bake files build; "
        "- reads standard input",
        {"nargs": "*", "metavar": "PATH"},
    ),
    Option(("--select",), f"only these rules: {RULES_HELP}", {"metavar": "RULES", "default": ""}),
    Option(("--ignore",), "not these rules", {"metavar": "RULES", "default": ""}),
    Option(
        ("--format",),
        f"{', '.join(FORMATS)} (default: text)",
        {"choices": tuple(FORMATS), "default": "text", "metavar": "FORMAT"},
    ),
    Option(("--output",), "write the report to this file, whole or not at all", {"metavar": "FILE", "default": ""}),
    Option(
        ("--fail-on",),
        "the lowest severity that makes the exit code 1: info, low, medium, high or never (default: low)",
        {"choices": (*Severity.NAMES, "never"), "default": "", "metavar": "LEVEL"},
    ),
    Option(("--exit-zero",), "exit with 0 whatever was found", {"action": "store_true"}),
    Option(("--config",), "use this settings file for all files", {"metavar": "FILE", "default": ""}),
    Option(("--no-config",), "use no settings file", {"action": "store_true"}),
    Option(("--baseline",), "leave out the findings that this file knows", {"metavar": "FILE", "default": ""}),
    Option(
        ("--write-baseline",),
        "write all findings to this file as known, and exit with 0",
        {"metavar": "FILE", "default": ""},
    ),
    Option(
        ("--stdin-filename",),
        "the path that standard input is checked as: its settings, its build context, its name in reports",
        {"metavar": "PATH", "default": ""},
    ),
    Option(
        ("--changed-since",),
        "only files that differ from this git revision, or whose Compose or Bake file does",
        {"metavar": "REV", "default": ""},
    ),
    Option(
        ("--shellcheck",),
        "let the program shellcheck look at shell text too (`pip install 'jettison[shellcheck]'` brings it)",
        {"action": "store_true"},
    ),
    Option(
        ("--image",),
        "the image built from the one Dockerfile named: findings get what was measured there, and what only "
        "it shows (secrets, hidden bytes, packages) gets lines",
        {"metavar": "IMAGE", "default": ""},
    ),
    Option(("--engine",), "for --image: docker, podman, or the path of a client", {"metavar": "ENGINE"}),
    *(option._replace(help=f"for --image: {option.help}") for option in COUNTED),
    Option(("--no-context",), "do not look at the build context beside the Dockerfile", {"action": "store_true"}),
)


class Checked(NamedTuple):
    """A report and the settings that it was made with."""

    report: FileReport
    settings: Settings
    choice: Choice | None = None


class Asked(NamedTuple):
    """A file to check and the builds of it; named: by the user or by a build, in place of found in a folder."""

    path: str
    builds: tuple[Build, ...]
    named: bool


class Templates:
    """The templates among the files that were found in folders: they are left out, and said to be."""

    def __init__(self) -> None:
        self._paths: list[str] = []

    def hold(self, data: bytes, path: str) -> bool:
        """Return whether a text is a template, which is then one of these."""
        from jettison.lint.template import is_template

        held = is_template(data, path)
        if held:
            self._paths.append(path)
        return held

    def tell(self) -> None:
        """Say on stderr how many were left out."""
        if self._paths:
            count = len(self._paths)
            what = f"{count} templates of Dockerfiles are" if count > 1 else "a template of a Dockerfile is"
            more = ", as " if count > 1 else ": "
            text = f"{what} left out{more}{self._paths[0]}; name a file to have it checked all the same"
            sys.stderr.write(f"jettison: {safe_line(text)}\n")


def run(args: argparse.Namespace) -> int:
    """Print the findings of every file; return 1 when one reaches the fail level."""
    # Trees and models hold no cycles, so that reference counts free them; looking for cycles costs a third.
    gc.disable()
    known = _known(args.baseline)
    checked, unreadable = check_paths(args)
    args.checked = checked
    reports = [item.report for item in checked]
    if args.image:
        from jettison.cli.check_image import add_image

        add_image(reports, args)
    if args.write_baseline:
        from jettison.lint.baseline import write_baseline

        count = write_baseline(args.write_baseline, reports)
        sys.stderr.write(f"jettison: {count} findings written to {safe_line(args.write_baseline)}\n")
        return SourceError.exit_code if unreadable else 0
    if known is not None:
        from jettison.lint.baseline import without_known

        for item in checked:
            without_known(item.report, known, item.settings.required)
    _print(reports, args)
    if unreadable:
        return SourceError.exit_code
    return 1 if not args.exit_zero and any(_fails(item, args.fail_on) for item in checked) else 0


def check_paths(args: argparse.Namespace) -> tuple[list[Checked], int]:
    """Return a report per file, and how many files could not be read (each is said on stderr)."""
    from jettison.settings.find import Finder

    finder = Finder()
    select, ignore = _named(args, finder)
    wanted = _changed(args.changed_since)
    checked: list[Checked] = []
    unreadable = 0
    templates = Templates()
    walks: Walks = {}
    for path, builds, named in to_check(args, finder, checked):
        if wanted is not None and not _is_wanted(path, builds, wanted):
            continue
        try:
            data = _data(path, builds)
        except SourceError as error:
            if not _blame(error, builds, checked, args, finder):
                sys.stderr.write(f"jettison: {safe_line(str(error))}\n")
                unreadable += 1
            continue
        if not named and templates.hold(data, path):
            continue
        shown = args.stdin_filename or path if path == "-" else path
        settings = settings_of(args, finder, shown)
        choice = settings.choice(shown, select, ignore)
        checked.append(Checked(_report(data, shown, builds, choice, args, walks), settings, choice))
    templates.tell()
    _add_shellcheck(checked, args)
    return checked, unreadable


def _add_shellcheck(checked: list[Checked], args: argparse.Namespace) -> None:
    """Add what shellcheck finds where it is asked for: by option, by setting, or by naming a code of it."""
    wanted = []
    for report, settings, choice in checked:
        if choice is None:
            continue
        named = frozenset(code for code in choice.select or () if code.startswith("SC"))
        if not named and not getattr(args, "shellcheck", False) and not settings.shellcheck:
            continue
        from jettison.shellcheck.findings import Wanted

        muted = choice.ignore or frozenset()
        wanted.append(Wanted(report, named or None, muted, choice.severity, choice.required, choice.foreign_comments))
    if wanted:
        from jettison.shellcheck.findings import add

        add(wanted)


def _report(
    data: bytes, path: str, builds: Sequence[Build], choice: Choice, args: argparse.Namespace, walks: Walks
) -> FileReport:
    from jettison.lint.build import check_builds, own_build

    return check_builds(data, path, builds or (own_build(path),), choice, not args.no_context, walks)


def to_check(args: argparse.Namespace, finder: Finder, checked: list[Checked]) -> list[Asked]:
    """Return the files to check; what is wrong in Compose and Bake files is reported."""
    found: dict[str, tuple[str, list[Build], bool]] = {}
    build_files: list[str] = []
    key = RealPaths().real
    for path, named in found_files(args.paths):
        if not named and settings_of(args, finder, path).excludes(path):
            continue
        if is_build_file_name(os.path.basename(path)) or (named and path.lower().endswith(BUILD_FILE_ENDINGS)):
            build_files.append(path)
        else:
            found[path if path == "-" else key(path)] = (path, [], named)
    if build_files:
        from jettison.compose.project import read_builds

        builds, reports = read_builds(build_files)
        checked.extend(Checked(report, settings_of(args, finder, report.path)) for report in reports)
        for build in builds:
            found.setdefault(key(build.dockerfile), (build.dockerfile, [], True))[1].append(build)
    return [Asked(path, tuple(ways), named or bool(ways)) for path, ways, named in found.values()]


def _data(path: str, builds: Sequence[Build]) -> bytes:
    inline = builds[0].inline if builds else None
    return read_dockerfile(path) if inline is None else inline.encode("utf-8", "surrogateescape")


def _blame(
    error: SourceError, builds: Sequence[Build], checked: list[Checked], args: argparse.Namespace, finder: Finder
) -> bool:
    """Report a Dockerfile that cannot be read at the line that asks for it; False when none does."""
    if not builds:
        return False
    from jettison.compose.project import problem_report

    build = builds[0]
    report = problem_report(build.origin_path, build.line, f"{build.origin}: {error}")
    checked.append(Checked(report, settings_of(args, finder, build.origin_path)))
    return True


def settings_of(args: argparse.Namespace, finder: Finder, path: str) -> Settings:
    """Return the settings that govern a file, as the command line says."""
    if getattr(args, "no_config", False):
        from jettison.settings.settings import DEFAULTS

        return DEFAULTS
    return finder.read(args.config) if args.config else finder.settings_for(path)


def _named(args: argparse.Namespace, finder: Finder) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Return --select and --ignore; the settings are read first, as they may add rules."""
    if args.select or args.ignore:
        settings_of(args, finder, "./")
    return rule_names(args.select), rule_names(args.ignore)


def _known(path: str) -> frozenset[str] | None:
    if not path:
        return None
    from jettison.lint.baseline import read_baseline

    return read_baseline(path)


def _changed(revision: str) -> frozenset[str] | None:
    if not revision:
        return None
    from jettison.lint.changed import changed_since

    return changed_since(revision)


def _is_wanted(path: str, builds: Sequence[Build], wanted: frozenset[str]) -> bool:
    return any(os.path.realpath(name) in wanted for name in (path, *(build.origin_path for build in builds)))


def rule_names(value: str) -> frozenset[str] | None:
    """Return the rules named in a comma-separated option, or None when it is empty.

    Raises:
        UsageError: a name is not a rule.
    """
    from jettison.rules.index import finding_codes, left_out

    names = [name.strip() for name in value.split(",") if name.strip()]
    if not names:
        return None
    codes: list[str] = []
    for name in names:
        found = finding_codes(name)
        if not found and (reason := left_out(name)):
            sys.stderr.write(f"jettison: {name}: no rule of its own: {reason}\n")
            continue
        if not found:
            raise UsageError(f"{name!r} is not a rule{_meant(name)}; `jettison explain` lists them all")
        codes.extend(found)
    return frozenset(codes)


def _meant(name: str) -> str:
    from jettison.settings.values import meant, rule_names

    return meant(name, rule_names())


def _print(reports: list[FileReport], args: argparse.Namespace) -> None:
    from jettison.report.formats import render

    if args.output:
        from jettison.atomic import write_report

        write_report(args.output, render(args.format, reports, Palette(False)))
        return
    sys.stdout.write(render(args.format, reports, Palette(wants_colour())))


def _fails(item: Checked, level: str) -> bool:
    chosen = level or item.settings.fail_on or "low"
    if item.report.fails_always:
        from jettison.lint.foreign_comments import build_checks

        if not build_checks().isdisjoint(finding.code for finding in item.report.findings):
            return True
    if chosen == "never":
        return False
    lowest = Severity.NAMES.index(chosen)
    return any(finding.severity >= lowest for finding in item.report.findings)
