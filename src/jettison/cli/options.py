"""Options as data: one table per command feeds its parser, its help and the reference page."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, NoReturn

from jettison.named_tuple import NamedTuple

if TYPE_CHECKING:
    import argparse

HELP_WIDTH: Final = 100


class Option(NamedTuple):
    """One option or positional argument, in argparse's own vocabulary."""

    names: tuple[str, ...]
    help: str
    settings: dict[str, Any] = {}


# What every command that counts known vulnerabilities understands; `cli.known.said_of` reads it.
COUNTED: Final = (
    Option(("--only-fixed",), "leave out the vulnerabilities that no version fixes", {"action": "store_true"}),
    Option(
        ("--vex",),
        "an OpenVEX document: what is not affected is not counted; may be repeated",
        {"metavar": "FILE", "action": "append"},
    ),
    Option(
        ("--ignore-file",),
        "exceptions (default: .jettison-ignore.toml and .trivyignore)",
        {"metavar": "FILE", "action": "append"},
    ),
    Option(("--db",), "the database of vulnerabilities (default: the one in the cache folder)", {"metavar": "FILE"}),
    Option(
        ("--max-age",),
        'days after which data is stale and counts read "at least" (default: 7)',
        {"type": int, "metavar": "DAYS"},
    ),
)
# Which settings file is asked.
SETTINGS_FILE: Final = (
    Option(("--config",), "use this settings file", {"metavar": "FILE", "default": ""}),
    Option(("--no-config",), "use no settings file", {"action": "store_true"}),
)


class Command(NamedTuple):
    """One subcommand: where it lives and what its first help line says."""

    name: str
    module: str
    summary: str


COMMANDS: Final = (
    Command("optimize", "jettison.cli.optimize", "measure, rewrite, build both, prove, report"),
    Command("undo", "jettison.cli.undo", "put back the files that optimize --write replaced"),
    Command("verify", "jettison.cli.verify", "check an evidence file again, in CI too"),
    Command("clean", "jettison.cli.clean", "remove what interrupted runs left in the engine"),
    Command("init", "jettison.cli.init", "write a production Dockerfile and what belongs around it, and prove it"),
    Command("ignore", "jettison.cli.ignore", "write .dockerignore from what is really in the folder"),
    Command("check", "jettison.cli.check", "report findings; needs no engine"),
    Command("fix", "jettison.cli.fix", "apply the fixes of findings; needs no engine"),
    Command("fmt", "jettison.cli.fmt", "lay Dockerfiles out; what the builder reads stays the same"),
    Command("explain", "jettison.cli.explain", "explain one rule, or list all of them"),
    Command("inspect", "jettison.cli.inspect", "layers, hidden bytes, packages and practice of a built image"),
    Command("compare", "jettison.cli.compare", "what differs between two images"),
    Command("slim", "jettison.cli.slim", "make a finished image smaller, proven to run like it"),
    Command("sbom", "jettison.cli.sbom", "the bill of materials of an image, CycloneDX or SPDX"),
    Command("scan", "jettison.cli.scan", "known vulnerabilities, secrets and practice of an image or an SBOM"),
    Command("secrets", "jettison.cli.secrets", "secrets in an image, a folder of sources or a file"),
    Command("db", "jettison.cli.db", "the local database of known vulnerabilities: import, update, status"),
    Command("config", "jettison.cli.config", "show the settings in force and where each comes from"),
    Command("completion", "jettison.cli.completion", "print the completion script of a shell"),
    Command("ast", "jettison.cli.ast", "print the syntax tree of a Dockerfile as JSON"),
)


def _formatter(prog: str) -> argparse.HelpFormatter:
    import argparse

    # A fixed width spares argparse the import of shutil (bz2, lzma) to ask the terminal.
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=30, width=HELP_WIDTH)


def build_parser(command: Command, options: Sequence[Option], epilog: str = "") -> argparse.ArgumentParser:
    """Return the parser of one command, built from its option table."""
    import argparse

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            from jettison.report.mask import masked_text

            super().error(masked_text(message))

    parser = Parser(
        prog=f"jettison {command.name}",
        description=command.summary,
        epilog=epilog,
        formatter_class=_formatter,
        allow_abbrev=False,
    )
    for option in options:
        parser.add_argument(*option.names, help=option.help, **option.settings)
    return parser


def plain_arguments(options: Sequence[Option], argv: Sequence[str]) -> SimpleNamespace | None:
    """Return what a parser would return for paths, switches and options with a text; None for all else, errors included.

    Most runs are such, and loading argparse takes a tenth of a short one.
    """
    named = {name: option for option in options for name in option.names if name.startswith("-")}
    values: dict[str, object] = {_destination(option): _default(option) for option in options}
    paths: list[str] = []
    texts = 0
    words = iter(argv)
    for word in words:
        option = named.get(word)
        if option is not None and _is_switch(option):
            values[_destination(option)] = True
        elif option is not None:
            text = next(words, "")
            if not _takes(option, text):
                return None
            values[_destination(option)] = text
            texts += 1
        elif word == "-" or (word and not word.startswith("-")):
            paths.append(word)
        else:
            return None
    taking = [option for option in options if not option.names[0].startswith("-")]
    if len(taking) != 1 or "choices" in taking[0].settings or any("required" in o.settings for o in options):
        return None
    if taking[0].settings.get("nargs") == "*" and not texts:
        if paths:
            values[_destination(taking[0])] = paths
    elif "nargs" not in taking[0].settings and len(paths) == 1:
        values[_destination(taking[0])] = paths[0]
    else:
        return None
    return SimpleNamespace(**values)


def _takes(option: Option, text: str) -> bool:
    """Return whether this text after an option is its value as it stands, whatever a parser may think of others."""
    as_it_is = option.settings.keys() <= {"metavar", "default", "choices", "dest"}
    return as_it_is and text != "" and not text.startswith("-") and text in option.settings.get("choices", (text,))


def _is_switch(option: Option) -> bool:
    return option.settings.get("action") == "store_true"


def _destination(option: Option) -> str:
    name = next((name for name in option.names if name.startswith("--")), option.names[0])
    return str(option.settings.get("dest", name.lstrip("-").replace("-", "_")))


def _default(option: Option) -> object:
    if not option.names[0].startswith("-"):
        return option.settings.get("default", [])
    return option.settings.get("default", False if _is_switch(option) else None)
