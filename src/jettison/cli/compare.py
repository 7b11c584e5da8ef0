"""`jettison compare BEFORE AFTER`: what differs between two images."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from jettison.cli.inspect import SOURCE, told_damage
from jettison.cli.options import COUNTED, SETTINGS_FILE, Option
from jettison.terminal import Palette, wants_colour

if TYPE_CHECKING:
    from jettison.image.compare import Comparison
    from jettison.report.known import Known

OPTIONS: Final = (
    Option(("before",), "an image, as for inspect", {"metavar": "BEFORE"}),
    Option(("after",), "another", {"metavar": "AFTER"}),
    *SOURCE,
    Option(
        ("--semantic",),
        "exit with 1 when anything but times, history and layering differs",
        {"action": "store_true"},
    ),
    Option(("--exit-code",), "exit with 1 when anything differs, times and layers too", {"action": "store_true"}),
    Option(("--html",), "write a page with both side by side to this file; it works offline", {"metavar": "FILE"}),
    Option(
        ("--format",),
        "text, json or markdown (default: text)",
        {"choices": ("text", "json", "markdown"), "default": "text", "metavar": "FORMAT"},
    ),
    *COUNTED,
    *SETTINGS_FILE,
)


def run(args: argparse.Namespace) -> int:
    """Print what differs; return 1 for a difference where the user asked for that, 6 when a layer cannot be read."""
    from jettison.cli.known import known_of_both, said_of, settings_in_force
    from jettison.image.compare import compare
    from jettison.image.inspection import inspect
    from jettison.report.reading_bar import reading_bar
    from jettison.vulnerabilities.judgement import read_judgement

    # Wrong files are told before the work.
    judgement = read_judgement(settings_in_force(args), said=said_of(args))
    with reading_bar(args.before):
        before = inspect(args.before, args.engine, args.platform, digests=True)
    with reading_bar(args.after):
        after = inspect(args.after, args.engine, args.platform, digests=True)
    seen = compare(before, after)
    known = known_of_both(before, after, judgement)
    if args.html:
        from jettison.atomic import write_report
        from jettison.report.html.compare_page import render_comparison_page

        write_report(args.html, render_comparison_page(before, after, seen, known))
    if args.format == "json":
        sys.stdout.write(_json(seen, known))
    elif args.format == "markdown":
        from jettison.report.compare_markdown import render_comparison_markdown

        sys.stdout.write(render_comparison_markdown(seen, known))
    else:
        from jettison.report.compare_text import render_comparison

        sys.stdout.write(render_comparison(seen, Palette(wants_colour()), known))
    return told_damage(before, after) or (1 if _differs(seen, args) else 0)


def _json(seen: Comparison, known: Known | None) -> str:
    from jettison.report.known_rows import known_data

    found = known_data(known) if known is not None else None
    return json.dumps({"version": 1, "same": seen.same, **asdict(seen), "vulnerabilities": found}, indent=2) + "\n"


def _differs(seen: Comparison, args: argparse.Namespace) -> bool:
    # Both options: what --semantic leaves out is left out.
    return not seen.same if args.semantic else bool(args.exit_code and not seen.identical)
