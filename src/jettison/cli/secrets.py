"""`jettison secrets PATH|IMAGE`: secrets in an image, in a folder of sources, or in one file."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Final

from jettison.cli.inspect import SOURCE
from jettison.cli.options import Option
from jettison.terminal import Palette, wants_colour

if TYPE_CHECKING:
    from jettison.secretscan.findings import SecretFinding

OPTIONS: Final = (
    Option(("target",), "an image as for inspect, a folder of sources, or a file", {"metavar": "PATH|IMAGE"}),
    Option(("-f", "--file"), "the Dockerfile the image was built from: findings get lines", {"metavar": "FILE"}),
    *SOURCE,
    Option(
        ("--confidence",),
        "show from this confidence on: low, medium or high (default: medium)",
        {"choices": ("low", "medium", "high"), "default": "medium"},
    ),
    Option(("--format",), "text or json (default: text)", {"choices": ("text", "json"), "default": "text"}),
)


def run(args: argparse.Namespace) -> int:
    """Print the secrets; return 1 when there are some of the confidence asked for."""
    from jettison.report.secrets_json import secret_data
    from jettison.report.secrets_text import secret_lines
    from jettison.secretscan.findings import at_level

    found, note = _found(args)
    shown = at_level(found, args.confidence)
    if args.format == "json":
        sys.stdout.write(json.dumps({"version": 1, "secrets": secret_data(shown), "note": note}, indent=2) + "\n")
    else:
        lines = secret_lines(found, note, Palette(wants_colour()), args.confidence)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if shown else 0


def _found(args: argparse.Namespace) -> tuple[tuple[SecretFinding, ...], str]:
    if _is_source(args.target):
        from datetime import date

        from jettison.secretscan.exceptions import read_exceptions, without_excepted
        from jettison.secretscan.folder import file_secrets, folder_secrets

        exceptions = read_exceptions()
        found = folder_secrets(args.target) if os.path.isdir(args.target) else file_secrets(args.target)
        return without_excepted(*found, exceptions, date.today())
    from jettison.cli.inspect import inspected

    args.image = args.target
    seen = inspected(args, everything=args.confidence == "low")
    return seen.secrets, seen.secrets_note


def _is_source(path: str) -> bool:
    """Return whether a path is a folder of sources or a file, rather than an image in an archive or a layout."""
    from jettison.image.source import holds_image

    return (os.path.isdir(path) or os.path.isfile(path)) and not holds_image(path)
