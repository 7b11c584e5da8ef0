"""Paths and switches are read without argparse, and mean what argparse would make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.cli.options import COMMANDS, Command, build_parser, plain_arguments

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


OF_ONE = [
    ["a"],
    ["a", "--sbom", "f"],
    ["--sbom", "f f", "a", "--format", "json"],
    ["-f", "Dockerfile", "--fail-on-secrets", "a"],
]
ELSE_OF_ONE = [
    [], ["a", "b"], ["a", "--sbom"], ["a", "--sbom", ""], ["a", "--sbom", "-x"], ["a", "--sbom=f"], ["-fDockerfile", "a"],
    ["a", "--format", "xml"], ["a", "--sb", "f"], ["a", "--", "b"], ["--sbom", "--tui", "a"],
]  # fmt: skip


@pytest.mark.parametrize("line", OF_ONE)
def test_a_line_with_one_path_and_texts_means_the_same(line: list[str]) -> None:
    from jettison.cli.inspect import OPTIONS

    command = next(command for command in COMMANDS if command.name == "inspect")
    plain = plain_arguments(OPTIONS, line)
    assert plain is not None
    assert vars(plain) == vars(build_parser(command, OPTIONS).parse_args(line))


@pytest.mark.parametrize("line", ELSE_OF_ONE)
def test_all_else_with_one_path_is_left_to_argparse(line: list[str]) -> None:
    from jettison.cli.inspect import OPTIONS

    assert plain_arguments(OPTIONS, line) is None


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_text_for_each_option_of_each_command_means_the_same(command: Command) -> None:
    options = __import__(command.module, fromlist=["OPTIONS"]).OPTIONS
    compared = 0
    for option in options:
        text = str(next(iter(option.settings.get("choices", ("7",)))))
        value = [] if option.settings.get("action") == "store_true" else [text]
        for name in option.names if option.names[0].startswith("-") else ():
            for line in (["x", name, *value], [name, *value, "x"], [name, *value]):
                plain = plain_arguments(options, line)
                if plain is not None:
                    compared += 1
                    assert vars(plain) == vars(build_parser(command, options).parse_args(line)), line
    taking = [option for option in options if not option.names[0].startswith("-")]
    if len(taking) == 1 and len(options) > 1 and not taking[0].settings.keys() & {"nargs", "choices"}:
        assert compared


@pytest.mark.parametrize("line", LEFT_TO_ARGPARSE)
def test_all_else_is_left_to_argparse(line: list[str]) -> None:
    from jettison.cli.check import OPTIONS

    assert plain_arguments(OPTIONS, line) is None


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2)])
def test_options_may_stand_between_paths(
    order: tuple[int, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in "ab":
        (tmp_path / f"{name}.Dockerfile").write_text("FROM debian\n")
    words = [(str(tmp_path / "a.Dockerfile"),), (str(tmp_path / "b.Dockerfile"),), ("--format", "json")]
    assert main(["check", *(word for number in order for word in words[number])]) == 1
    out = capsys.readouterr().out
    assert "a.Dockerfile" in out
    assert "b.Dockerfile" in out
