"""`jettison scan IMAGE`: known vulnerabilities, secrets and practice of an image or a bill of materials."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from jettison.cli.inspect import SOURCE
from jettison.cli.options import COUNTED, SETTINGS_FILE, Option
from jettison.errors import SourceError, UsageError
from jettison.terminal import Palette, wants_colour

if TYPE_CHECKING:
    from jettison.settings.settings import Settings
    from jettison.vulnerabilities.judgement import Judgement
    from jettison.vulnerabilities.scan import Scan, Subject
    from jettison.vulnerabilities.vulnerability import Findings

FORMATS: Final = ("text", "json", "sarif", "markdown", "html", "openvex", "cyclonedx")
LEVELS: Final = ("critical", "high", "medium", "low", "any", "kev", "never")

OPTIONS: Final = (
    Option(
        ("image",),
        "an image of the engine, an archive, an OCI layout, a folder of files, or an SBOM (CycloneDX, SPDX)",
        {"metavar": "IMAGE"},
    ),
    Option(("-f", "--file"), "the Dockerfile it was built from: packages get lines", {"metavar": "FILE"}),
    *SOURCE,
    Option(
        ("--scanners",),
        "what to look for, with commas: vuln, secret, practice (default: all)",
        {"metavar": "LIST"},
    ),
    Option(
        ("--scanner",),
        "also ask an installed scanner and merge what it finds: trivy or grype",
        {"choices": ("trivy", "grype"), "action": "append", "default": []},
    ),
    Option(("--format",), f"{', '.join(FORMATS)} (default: text)", {"choices": FORMATS, "default": "text"}),
    Option(("-o", "--output"), "write to this file instead of standard output", {"metavar": "FILE"}),
    Option(("--html",), "also write the report as one HTML file", {"metavar": "FILE"}),
    Option(
        ("--fail-on",),
        "exit with 1 at this severity or above, or for known exploited ones (default: never)",
        {"choices": LEVELS},
    ),
    *COUNTED,
    *SETTINGS_FILE,
    Option(("--all",), "text: list every package and vulnerability", {"action": "store_true"}),
)


def run(args: argparse.Namespace) -> int:
    """Print or write the report; return 1 when something is at the fail level."""
    from jettison.cli.known import said_of
    from jettison.report.units import counted
    from jettison.vulnerabilities.judgement import Judgement, read_judgement
    from jettison.vulnerabilities.scan import KINDS, Scan, failing, nothing_looked_up

    settings = _settle(args)
    kinds = tuple(dict.fromkeys(one.strip() for one in args.scanners.split(",") if one.strip()))
    wrong = [one for one in kinds if one not in KINDS]
    if wrong or not kinds:
        raise UsageError(f"--scanners knows {', '.join(KINDS)}, not {', '.join(map(repr, wrong)) or 'nothing'}")
    if args.fail_on == "kev" and "vuln" not in kinds:
        raise UsageError("--fail-on kev judges vulnerabilities: --scanners has to hold vuln")
    now = datetime.now(UTC)
    # Wrong files are told before the work.
    judgement = read_judgement(settings, said=said_of(args)) if "vuln" in kinds else Judgement()
    subject = _subject(args, kinds)
    scan = Scan(subject, _findings(args, subject, kinds, now, judgement), kinds)
    _write(args, scan)
    if args.fail_on != "never" and "vuln" in kinds and nothing_looked_up(scan.findings) and not args.scanner:
        raise SourceError(
            "no package could be looked up, so --fail-on has nothing to judge; import data first: `jettison db import PATH`"
        )
    if args.fail_on == "kev" and not any(one.exploits for one in scan.findings.data):
        raise SourceError(
            "no list of exploited vulnerabilities was imported, so --fail-on kev has nothing to judge;"
            " import CISA's: `jettison db import PATH` or `jettison db update`"
        )
    found = failing(scan, args.fail_on)
    if found:
        sys.stderr.write(f"jettison: {counted(found, 'finding')} at --fail-on {args.fail_on}\n")
    return subject.damage or (1 if found else 0)


def _subject(args: argparse.Namespace, kinds: tuple[str, ...]) -> Subject:
    from jettison.vulnerabilities.scan import Origin, Subject, read_sbom_file

    if os.path.isfile(args.image):
        inventory = read_sbom_file(args.image)
        if inventory is not None:
            return Subject(args.image, "sbom", inventory, source="sbom")
    from jettison.cli.inspect import inspected, told_damage
    from jettison.report.steps import layer_command

    seen = inspected(args)
    attributed = seen.attributed
    origins = tuple(
        Origin(
            origin.line, "base" if attributed and origin.line is None else layer_command(layer.created_by), origin.where
        )
        for origin, layer in zip(seen.origins, seen.image.layers, strict=False)
    )
    secrets = seen.secrets if "secret" in kinds else ()
    practice = seen.checkpoints if "practice" in kinds else ()
    return Subject(
        args.image,
        "image",
        seen.inventory,
        seen.image.digest,
        origins,
        args.file or "",
        practice,
        secrets,
        seen.secrets_note,
        told_damage(seen),
        _source(args.image, seen.image.digest),
        tuple(layer.diff_id for layer in seen.image.layers),
        seen.image.manifests,
    )


def _source(name: str, digest: str) -> str:
    """Return what a name means to other scanners; digest: of the image that was read, "" for a folder's files."""
    from jettison.image.source import is_layout, may_be_a_name

    if os.path.isdir(name) and is_layout(name):
        return "layout"
    if os.path.isdir(name) and not (digest and may_be_a_name(name)):
        return "folder"
    return "archive" if os.path.isfile(name) else "image"


def _settle(args: argparse.Namespace) -> Settings:
    """Fill in what the command line does not say from the settings that govern the Dockerfile, or this folder."""
    from jettison.cli.known import settings_in_force

    settings = settings_in_force(args, args.file or "./")
    scan = settings.scan
    args.scanners = (
        args.scanners if args.scanners is not None else ",".join(scan.scanners or ("vuln", "secret", "practice"))
    )
    args.fail_on = args.fail_on or scan.fail_on or "never"
    return settings


def _findings(
    args: argparse.Namespace, subject: Subject, kinds: tuple[str, ...], now: datetime, judgement: Judgement
) -> Findings:
    from jettison.vulnerabilities.vulnerability import Findings

    if "vuln" not in kinds:
        return Findings(subject.inventory.packages)
    from jettison.vulnerabilities.database import open_database
    from jettison.vulnerabilities.match import find
    from jettison.vulnerabilities.scan import image_names

    database = open_database(judgement.database)
    try:
        found = find(subject.inventory, database, now, judgement.max_age)
    finally:
        if database is not None:
            database.close()
    for name in dict.fromkeys(args.scanner):
        from jettison.vulnerabilities.scanners.join import join
        from jettison.vulnerabilities.scanners.run import ask

        found = join(found, name, ask(name, args.image, subject.source), subject.layers)
    return judgement.of(found, image_names(subject), now)


def _write(args: argparse.Namespace, scan: Scan) -> None:
    if args.html:
        _save(args.html, _rendered("html", scan, Palette(False), True))
    palette = Palette(wants_colour() and not args.output)
    text = _rendered(args.format, scan, palette, args.all)
    if args.output:
        _save(args.output, text)
    else:
        sys.stdout.write(text)


def _rendered(format_: str, scan: Scan, palette: Palette, everything: bool) -> str:
    from importlib import import_module

    from jettison.report.scan_facts import FORMATS as MODULES

    text: str = import_module(f"jettison.report.{MODULES[format_]}").render(scan, palette, everything)
    return text


def _save(path: str, text: str) -> None:
    from jettison.atomic import write_report

    write_report(path, text)
