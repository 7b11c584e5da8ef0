"""No pattern keeps back what an instruction names; each figure is what really is no longer sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jettison.cli.main import main
from jettison.generate.ignore import ignore_lines, ignore_text
from jettison.lint.engine import check_bytes
from jettison.model.context import BuildContext, IgnoreFile, read_context
from jettison.model.copied import copied

NAMES = [
    "src",
    "docs",
    "tests",
    "node_modules",
    ".git",
    ".env",
    "app.py",
    "README.md",
    "build",
    "x.log",
    "Dockerfile",
    "a b",
    "[x]",
    "key.pem",
    ".venv",
]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
SOURCES = st.lists(
    st.one_of(PATHS, st.sampled_from([".", "src/", "*.py", "**/x.log", "docs/*"])), min_size=1, max_size=3
)


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        if any(parent.is_file() for parent in target.parents) or target.is_dir():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


@settings(max_examples=150)
@given(
    paths=st.lists(PATHS, max_size=12),
    copies=st.lists(SOURCES, max_size=3),
    old=st.sampled_from(["", "docs\n", "*\n!src\n", "!README.md"]),
)
def test_what_an_instruction_names_is_still_sent(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], copies: list[list[str]], old: str
) -> None:
    folder = tmp_path_factory.mktemp("context")
    write(folder, dict.fromkeys(paths, "x" * 10))
    if old:
        (folder / ".dockerignore").write_text(old)
    text = "FROM debian:bookworm-slim\n" + "".join(
        f"COPY {__import__('json').dumps([*sources, '/d/'])}\n" for sources in copies
    )
    context = read_context(str(folder))
    model = check_bytes(text.encode(), "Dockerfile", context).model
    assert model is not None
    named = {file.path for one in copied(model) if not one.whole for file in one.files}
    lines = ignore_lines(model)
    new = ignore_text(lines, old.encode())
    after = BuildContext(str(folder), "Dockerfile", IgnoreFile.parse(new), ".dockerignore")
    sent = {file.path for file in after.files()}
    assert named <= sent
    assert after.sent_bytes == context.sent_bytes - sum(line.bytes for line in lines)
    again = check_bytes(text.encode(), "Dockerfile", after).model
    assert again is not None and sum(line.bytes for line in ignore_lines(again)) == 0


def test_a_folder_that_the_program_names_is_kept(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "Dockerfile": "FROM debian\nCOPY . /app\n",
            "app.py": "open('docs/help.txt')\n",
            "docs/help.txt": "help",
            "tests/t.py": "x",
        },
    )
    model = check_bytes((tmp_path / "Dockerfile").read_bytes(), "Dockerfile", read_context(str(tmp_path))).model
    assert model is not None
    patterns = [line.pattern for line in ignore_lines(model)]
    assert "docs" not in patterns and "tests" in patterns


def test_ignore_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path,
        {
            "Dockerfile": "FROM debian\nCOPY src /app\n",
            "src/a.c": "int a;",
            "big.bin": "x" * 5000,
            ".dockerignore": "# mine\nold\n",
        },
    )
    assert main(["ignore", str(tmp_path)]) == 0
    assert "5.0 kB" in capsys.readouterr().out
    assert (tmp_path / ".dockerignore").read_text() == "# mine\nold\n"
    assert main(["ignore", "--write", str(tmp_path)]) == 0
    text = (tmp_path / ".dockerignore").read_text()
    assert text.startswith("# mine\nold\n") and "big.bin" in text.splitlines()
    assert main(["ignore", "--write", str(tmp_path)]) == 0
    assert (tmp_path / ".dockerignore").read_text() == text
    assert main(["ignore", str(tmp_path / "none")]) == 3


def test_names_with_control_characters_reach_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"Dockerfile": "FROM debian\nCOPY src /app\n", "src/a.c": "int a;"})
    (tmp_path / "evil\x1b[2J").write_text("x")
    os.makedirs(tmp_path / "\x1b]0;t")
    (tmp_path / "\x1b]0;t" / "y").write_text("y")
    assert main(["ignore", str(tmp_path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_what_an_editor_left_in_a_copied_folder_is_kept_back_unless_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / ".DS_Store").write_text("x")
    (tmp_path / "static" / "page.html").write_text("x")
    for copy, patterns in (("COPY static /s", ["**/.DS_Store"]), ("COPY static/.DS_Store /s/", [])):
        (tmp_path / "Dockerfile").write_text(f"FROM scratch\n{copy}\n")
        model = check_bytes((tmp_path / "Dockerfile").read_bytes(), "Dockerfile", read_context(str(tmp_path))).model
        assert model is not None
        lines = ignore_lines(model)
        assert [line.pattern for line in lines if "DS_Store" in line.pattern] == patterns


def test_documentation_in_capitals_is_kept_back_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"Dockerfile": "FROM nginx:1.28\nCOPY . /srv\n", "index.html": "x", "README.MD": "x" * 50, "a.md": "x"},
    )
    report = check_bytes((tmp_path / "Dockerfile").read_bytes(), "Dockerfile", read_context(str(tmp_path)))
    assert report.model is not None
    found = {line.pattern: line.bytes for line in ignore_lines(report.model)}
    assert (found["*.md"], found["*.MD"]) == (1, 50)
