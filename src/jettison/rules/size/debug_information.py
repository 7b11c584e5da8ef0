"""A program is built with its debug information.

Go writes symbol table and DWARF into every binary, about a quarter of its size; a container has no debugger. Stack
traces and profiles do not need them: Go keeps what they use in a table of its own.

Go: `-ldflags="-s -w"`. Rust: `strip = true` in the release profile. C: no `-g`, or `strip` at the end.

Source: cmd/link documentation (-s, -w); The Cargo Book, "Profiles", strip.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jettison.findings import SAFE, Edit, Finding, Fix, Impact, Severity
from jettison.rules.base import Example, Rule
from jettison.rules.edits import insert_word
from jettison.span import Span

if TYPE_CHECKING:
    from jettison.model.dockerfile import Model
    from jettison.model.run import Run
    from jettison.syntax.shell_command import Command

_STRIPS: Final = frozenset(("strip", "upx", "llvm-strip", "goreleaser"))
_COMPILERS: Final = frozenset(("gcc", "g++", "cc", "c++", "clang", "clang++"))
_DEBUGGERS: Final = frozenset(("dlv", "gdb", "gdbserver", "lldb-server"))


def check(model: Model) -> Iterable[Finding]:
    """Yield a finding for each build of a stage that the final image needs, unless something strips or debugs."""
    names = {command.name for run in model.runs for command in run.commands}
    if names & _STRIPS or any(start.program in _DEBUGGERS for start in model.start_commands()):
        return
    for run in model.runs:
        if not model.reaches_final(run.stage):
            continue
        for command in run.commands:
            if command.name == "go" and command.arguments[:1] == ("build",):
                yield from _go(model, run, command)
            elif command.name == "cargo" and command.arguments[:1] == ("build",):
                yield from _cargo(model, run, command)
            elif command.name in _COMPILERS and _with_debug(command.arguments):
                yield RULE.at(command.span, "-g leaves debug information in the program, and nothing strips it")


def _go(model: Model, run: Run, command: Command) -> Iterable[Finding]:
    scope = model.scope_at(run.instruction, run.stage)
    given = " ".join([*command.arguments, scope.env.get("GOFLAGS", ""), *(v for _, v in command.assignments)])
    if "gcflags" in given or "-race" in command.arguments or "-cover" in command.arguments:
        return
    at = next((i for i, word in enumerate(command.argv) if word.value.lstrip("-").startswith("ldflags")), None)
    if at is None:
        # Flags of the command replace those of GOFLAGS, wherever that was set.
        if "ldflags" in given or (model.text_has("goflags") and model.text_has("ldflags")):
            return
        plain = run.instruction.form == "shell" and not run.has_error
        edits = (insert_word(command, 2, '-ldflags="-s -w"'),) if plain else ()
    else:
        word = command.argv[at]
        if "=" not in word.raw:
            if at + 1 >= len(command.argv):
                return
            word = command.argv[at + 1]
        value = word.value.partition("=")[2] if "ldflags=" in word.value else word.value
        if (
            any(part.lstrip("-") in ("s", "w") for part in value.strip("\"'").split())
            or value.strip("\"'").startswith("$")
            or "LDFLAGS" in value
        ):
            return
        # Of the quoted text only the place behind its quote is touched.
        quote = next((i for i, char in enumerate(word.raw) if char in "\"'"), None)
        plain = run.instruction.form == "shell" and not run.has_error and quote is not None
        place = word.span.start + len(word.raw[: (quote or 0) + 1].encode("utf-8", "surrogateescape"))
        edits = (Edit(Span(place, place), "-s -w "),) if plain else ()
    fix = Fix("Leave symbols and debug information out", edits, SAFE) if edits else None
    yield RULE.at(command.span, fix=fix, impact=Impact(bytes_saved=(1_000_000, 30_000_000)))


def _cargo(model: Model, run: Run, command: Command) -> Iterable[Finding]:
    words = command.arguments
    context = model.context
    if context is None or not ("--release" in words or "-r" in words) or not context.exists("Cargo.toml"):
        return
    manifest = context.read("Cargo.toml") + context.read(".cargo/config.toml")
    env = model.scope_at(run.instruction, run.stage).env
    if b"strip" in manifest or any("strip" in f"{k}={v}".lower() for k, v in (*env.items(), *command.assignments)):
        return
    impact = Impact(bytes_saved=(300_000, 20_000_000))
    yield RULE.at(command.span, "the release profile of Cargo.toml does not strip the program", impact=impact)


def _with_debug(words: tuple[str, ...]) -> bool:
    debug = any(word in ("-g", "-ggdb", "-g3") for word in words)
    return debug and "-o" in words and "-s" not in words and "-c" not in words


RULE = Rule(
    code="JT155",
    name="debug-information",
    group="size",
    message="the program is built with symbols and debug information",
    check=check,
    triggers=("go build", "cargo build", "gcc", "g++", "clang", "cc "),
    severity=Severity.LOW,
    examples=(
        Example(
            before='FROM golang:1.23 AS build\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]\n',
            after='FROM golang:1.23 AS build\nRUN CGO_ENABLED=0 go build -ldflags="-s -w" -o /app .\nFROM scratch\nCOPY --from=build /app /app\nCMD ["/app"]\n',
            lines=(2,),
        ),
        Example(
            before='FROM golang:1.23\nRUN export GOFLAGS="-ldflags=-X=main.v=1" && go build -o /app .\nCMD ["/app"]\n'
        ),
        Example(
            before='FROM golang:1.23\nRUN go build -ldflags "-X main.version=$V" -o /app .\n',
            after='FROM golang:1.23\nRUN go build -ldflags "-s -w -X main.version=$V" -o /app .\n',
            lines=(2,),
        ),
        Example(before='FROM golang:1.23\nRUN go build -ldflags="-w -s" -o /app .\n'),
        Example(before="FROM golang:1.23\nRUN go build -o /app . && strip /app\n"),
        Example(
            before="FROM rust:1.82\nRUN cargo build --release\n", lines=(2,), files=(("Cargo.toml", "[package]\n"),)
        ),
        Example(
            before="FROM rust:1.82\nRUN cargo build --release\n",
            files=(("Cargo.toml", "[profile.release]\nstrip = true\n"),),
        ),
    ),
)
