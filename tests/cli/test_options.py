"""Paths and switches are read without argparse, and mean what argparse would make of them."""

from __future__ import annotations

import pytest

from jettison.cli.options import COMMANDS, build_parser, plain_arguments

LINES = [[], ["a"], ["a", "b"], ["-"], ["--no-context", "a"], ["a", "--exit-zero"], ["--unsafe", "x"], ["--diff"]]
LEFT_TO_ARGPARSE = [["--format", "json"], ["--nonsense"], ["--"], ["-h"], ["--format=json", "a"], [""]]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.name in ("check", "fix", "fmt")], ids=lambda c: c.name)
@pytest.mark.parametrize("line", LINES)
def test_plain_lines_mean_the_same(command: object, line: list[str]) -> None:
    module = __import__(command.module, fromlist=["OPTIONS"])  # type: ignore[attr-defined]
    plain = plain_arguments(module.OPTIONS, line)
    known = {name for option in module.OPTIONS for name in option.names}
    if any(word.startswith("--") and word not in known for word in line):
        assert plain is None
        return
    assert plain is not None
    assert vars(plain) == vars(build_parser(command, module.OPTIONS).parse_args(line))  # type: ignore[arg-type]


@pytest.mark.parametrize("line", LEFT_TO_ARGPARSE)
def test_all_else_is_left_to_argparse(line: list[str]) -> None:
    from jettison.cli.check import OPTIONS

    assert plain_arguments(OPTIONS, line) is None
