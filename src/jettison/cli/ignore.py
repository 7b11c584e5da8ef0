"""`jettison ignore [PATH]`: .dockerignore from what the Dockerfile takes against what is sent."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Final

from jettison.atomic import Replacement, replace_all
from jettison.cli.options import Option
from jettison.errors import SourceError
from jettison.terminal import Palette, safe, wants_colour

OPTIONS: Final = (
    Option(("path",), "the folder that is the build context (default: this folder)", {"nargs": "?", "default": ".", "metavar": "PATH"}),
    Option(("-f", "--file"), "the Dockerfile (default: PATH/Dockerfile)", {"metavar": "FILE", "default": ""}),
    Option(("--write",), "write the file; lines that are there stay", {"action": "store_true"}),
)  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print the patterns with the bytes that each saves; with --write put them in place."""
    from jettison.cli.discover import read_dockerfile
    from jettison.generate.ignore import ignore_lines, ignore_text
    from jettison.lint.engine import check_bytes
    from jettison.model.context import read_context
    from jettison.report.init_text import render_ignore

    if not os.path.isdir(args.path):
        raise SourceError(f"{args.path}: there is no such folder")
    path = args.file or os.path.join(args.path, "Dockerfile")
    context = read_context(args.path, os.path.relpath(path, args.path))
    report = check_bytes(read_dockerfile(path), path, context)
    if report.model is None or report.model.final is None:
        raise SourceError(f"{path}: no stage was understood; `jettison check` says why")
    before = context.sent_bytes
    if context.truncated:
        raise SourceError(f"{args.path}: more files than are looked at; ignore the largest folder by hand first")
    lines = ignore_lines(report.model)
    name = context.ignore_path or ".dockerignore"
    old = context.read(name) if context.ignore_path else None
    sys.stdout.write(render_ignore(lines, before, Palette(wants_colour())))
    if not lines:
        return 0
    text = ignore_text(lines, old or b"")
    if not args.write:
        sys.stdout.write(f"\n# {name}\n{safe(text.decode('utf-8', 'replace'))}")
        return 0
    replace_all([Replacement(os.path.join(args.path, name), old, text)])
    sys.stdout.write(f"wrote {name}\n")
    return 0
