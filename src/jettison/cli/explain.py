"""`jettison explain [RULE]`: the documentation of a rule, from the rule itself."""

from __future__ import annotations

import argparse
import sys
from typing import Final

from jettison.cli.options import Option
from jettison.errors import UsageError
from jettison.terminal import Palette, safe_line, wants_colour

OPTIONS: Final = (
    Option(
        ("rule",),
        "a code (JT104), a name (package-lists-left) or another tool's id (DL3009)",
        {"nargs": "?", "metavar": "RULE"},
    ),
)


def run(args: argparse.Namespace) -> int:
    """Print one rule's page, or the list of all rules when none is named."""
    from jettison.image.finding_kinds import KINDS, kind_of
    from jettison.report.explain import render_image_finding, render_list, render_rule
    from jettison.rules.index import ENTRIES, finding_codes, left_out, load, resolve

    palette = Palette(wants_colour())
    if args.rule is None:
        sys.stdout.write(render_list([*KINDS, *(load(entry.code) for entry in ENTRIES)], palette))
        return 0
    codes = resolve(args.rule)
    if not codes and (foreign := finding_codes(args.rule)):
        sys.stdout.write(f"{foreign[0]} is a check of ShellCheck: https://www.shellcheck.net/wiki/{foreign[0]}\n")
        return 0
    if not codes and (kind := kind_of(args.rule)):
        sys.stdout.write(render_image_finding(kind, palette))
        return 0
    if not codes and (reason := left_out(args.rule)):
        sys.stdout.write(f"{safe_line(args.rule)}: no rule of its own: {reason}\n")
        return 0
    if not codes:
        raise UsageError(f"{args.rule!r} is not a rule; `jettison explain` lists them all")
    for code in codes:
        sys.stdout.write(render_rule(load(code), palette))
    return 0
