"""`jettison completion bash|zsh|fish`: a completion script, made from the tables of commands and options."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import Final

from jettison.cli.options import COMMANDS, Option

SHELLS: Final = ("bash", "zsh", "fish")
OPTIONS: Final = (Option(("shell",), "bash, zsh or fish", {"choices": SHELLS, "metavar": "SHELL"}),)


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    sys.stdout.write({"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell]())
    return 0


def _options(module: str) -> tuple[Option, ...]:
    found: tuple[Option, ...] = import_module(module).OPTIONS
    return found


def _flags(module: str) -> list[str]:
    return [name for option in _options(module) for name in option.names if name.startswith("-")] + ["--help"]


def _choices(module: str) -> list[tuple[str, list[str]]]:
    """Return the words that may follow an option, or that stand first where a word has choices."""
    return [
        (option.names[-1], [str(choice) for choice in option.settings["choices"]])
        for option in _options(module)
        if "choices" in option.settings
    ]


def _bash() -> str:
    cases: list[str] = []
    for command in COMMANDS:
        values = "".join(
            f"          {name}) COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$word\")); return ;;\n"
            for name, words in _choices(command.module)
            if name.startswith("-")
        )
        first = [word for name, words in _choices(command.module) if not name.startswith("-") for word in words]
        cases.append(
            f"    {command.name})\n"
            + (f'      case "$before" in\n{values}      esac\n' if values else "")
            + f"      words='{' '.join(first + _flags(command.module))}' ;;\n"
        )
    names = " ".join(command.name for command in COMMANDS)
    return (
        "# bash completion for jettison\n_jettison() {\n"
        '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""\n'
        "  COMPREPLY=()\n"
        f'  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W \'{names}\' -- "$word")); return; fi\n'
        f'  case "${{COMP_WORDS[1]}}" in\n{"".join(cases)}  esac\n'
        '  COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))\n'
        "}\ncomplete -o filenames -F _jettison jettison\n"
    )


def _zsh() -> str:
    def quoted(text: str) -> str:
        return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")

    cases: list[str] = []
    for command in COMMANDS:
        specs = []
        for option in _options(command.module):
            words = " ".join(str(choice) for choice in option.settings.get("choices", ()))
            action = f"({words})" if words else "_files"
            if not option.names[0].startswith("-"):
                specs.append(f"'*:{option.names[0]}:{action}'")
                continue
            takes = "" if option.settings.get("action") == "store_true" else f":value:{action}"
            specs += [f"'{name}[{quoted(option.help)}]{takes}'" for name in option.names]
        cases.append(f"    {command.name}) _arguments {' '.join(specs)} ;;\n")
    names = " ".join(f"'{command.name}:{quoted(command.summary)}'" for command in COMMANDS)
    return (
        "#compdef jettison\n_jettison() {\n"
        f"  local -a commands=({names})\n"
        "  if (( CURRENT == 2 )); then _describe 'command' commands; return; fi\n"
        "  local command=${words[2]}\n  shift words\n  (( CURRENT-- ))\n"
        f"  case $command in\n{''.join(cases)}  esac\n}}\n"
        'if [ "$funcstack[1]" = "_jettison" ]; then _jettison "$@"; else compdef _jettison jettison; fi\n'
    )


def _fish() -> str:
    def quoted(text: str) -> str:
        return text.replace("\\", "\\\\").replace("'", "\\'")

    out = ["# fish completion for jettison\n"]
    for command in COMMANDS:
        out.append(
            f"complete -c jettison -n __fish_use_subcommand -f -a {command.name} -d '{quoted(command.summary)}'\n"
        )
    for command in COMMANDS:
        seen = f"-n '__fish_seen_subcommand_from {command.name}'"
        for option in _options(command.module):
            words = " ".join(str(choice) for choice in option.settings.get("choices", ()))
            if not option.names[0].startswith("-"):
                if words:
                    out.append(f"complete -c jettison {seen} -f -a '{words}'\n")
                continue
            takes = "" if option.settings.get("action") == "store_true" else f" -x -a '{words}'" if words else " -r"
            for name in option.names:
                kind = f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                out.append(f"complete -c jettison {seen} {kind}{takes} -d '{quoted(option.help)}'\n")
    return "".join(out)
