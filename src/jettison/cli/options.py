"""Options as data: one table per command feeds its parser, its help and the reference page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

HELP_WIDTH: Final = 100


class Option(NamedTuple):
    """One option or positional argument, in argparse's own vocabulary."""

    names: tuple[str, ...]
    help: str
    settings: dict[str, Any] = {}


class Command(NamedTuple):
    """One subcommand: where it lives and what its first help line says."""

    name: str
    module: str
    summary: str


COMMANDS: Final = (
    Command("optimize", "jettison.cli.optimize", "measure, rewrite, build both, prove, report"),
    Command("check", "jettison.cli.check", "report findings; needs no engine"),
    Command("fix", "jettison.cli.fix", "apply the fixes of findings; needs no engine"),
    Command("fmt", "jettison.cli.fmt", "lay Dockerfiles out; what the builder reads stays the same"),
    Command("explain", "jettison.cli.explain", "explain one rule, or list all of them"),
    Command("inspect", "jettison.cli.inspect", "layers, hidden bytes, packages and practice of a built image"),
    Command("compare", "jettison.cli.compare", "what differs between two images"),
    Command("sbom", "jettison.cli.sbom", "the bill of materials of an image, CycloneDX or SPDX"),
    Command("config", "jettison.cli.config", "show the settings in force and where each comes from"),
    Command("completion", "jettison.cli.completion", "print the completion script of a shell"),
    Command("ast", "jettison.cli.ast", "print the syntax tree of a Dockerfile as JSON"),
)


def _formatter(prog: str) -> argparse.HelpFormatter:
    # A fixed width spares argparse the import of shutil (bz2, lzma) to ask the terminal.
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=HELP_WIDTH)


def build_parser(command: Command, options: Sequence[Option], epilog: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, built from its option table."""
    parser = argparse.ArgumentParser(
        prog=f"jettison {command.name}",
        description=command.summary,
        epilog=epilog,
        formatter_class=_formatter,
        allow_abbrev=False,
    )
    for option in options:
        parser.add_argument(*option.names, help=option.help, **option.settings)
    return parser
