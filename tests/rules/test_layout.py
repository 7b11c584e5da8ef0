"""Formatting changes the layout and nothing else: what the builder reads stays the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jettison.cli.fmt import layout_rules as codes
from jettison.cli.main import main
from jettison.findings import SAFE
from jettison.model.dockerfile import build_model
from jettison.rewrite.settle import fix_bytes
from jettison.rules.index import load
from jettison.syntax.tree import parse

RULES = codes()
EXAMPLES = sorted({example.before for code in RULES for example in load(code).examples})
UGLY = (
    "from  debian:bookworm   as  Build \n\n\n"
    "RUN apt-get update &&   apt-get install -y \\\n  zip \\\n  curl \\\n\n  bash && \\\n  echo 'a  \\\n  b' \n"
    'CMD [ "a",  "b" ]\nENV A=1   B="x  y"\nfrom Build\nRUN <<E\n  a  \n\n\nE'
)


def formatted(data: bytes) -> bytes:
    return fix_bytes(data, "Dockerfile", None, SAFE, RULES).after


def meaning(data: bytes) -> list[tuple[object, ...]]:
    """Return what a builder reads: instructions with their words, commands with theirs, packages in any order."""
    model = build_model(parse(data))
    commands = {
        run.instruction.start_line: [
            (sorted(word.value for word in command.full_argv), command.operator_before, command.redirects)
            for command in run.commands
        ]
        for run in model.runs
        if not run.has_error
    }
    found: list[tuple[object, ...]] = []
    for node in model.file.instructions:
        words = commands.get(node.start_line) if node.keyword == "RUN" else None
        if words is None:
            words = [word.value.upper() if node.keyword == "FROM" else word.value for word in node.words]
        flags = [(flag.name, flag.value) for flag in node.flags]
        found.append((node.keyword, node.form, flags, words, [h.body for h in node.heredocs], len(model.file.errors)))
    return found


@pytest.mark.parametrize("text", [*EXAMPLES, UGLY])
def test_the_builder_reads_the_same(text: str) -> None:
    after = formatted(text.encode())
    assert meaning(after) == meaning(text.encode())
    assert formatted(after) == after


def test_over_the_corpus(corpus: list[Path]) -> None:
    changed = 0
    for path in corpus:
        data = path.read_bytes()
        after = formatted(data)
        changed += after != data
        assert meaning(after) == meaning(data), path
        assert formatted(after) == after, path
    assert changed > len(corpus) // 10


def test_command_writes_checks_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(UGLY)
    os.chmod(file, 0o640)
    assert main(["fmt", "--check", str(file)]) == 1
    assert main(["fmt", "--diff", str(file)]) == 1
    assert "-from  debian" in capsys.readouterr().out
    assert file.read_text() == UGLY
    assert main(["fmt", str(tmp_path)]) == 0
    assert file.read_bytes() == formatted(UGLY.encode())
    assert file.stat().st_mode & 0o777 == 0o640
    assert main(["fmt", "--check", str(file)]) == 0
