"""`fix` mends what any build of a file shows, and nothing that does another build harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.findings import NO_IMPACT, SAFE, Edit, Finding, Fix
from jettison.lint.engine import FileReport
from jettison.rewrite.settle import Way, fix_ways
from jettison.span import SourceText, Span

INSTALL = "RUN apt-get update && apt-get install -y"
TIDIED = " && rm -rf /var/lib/apt/lists/*"
COMPOSE = """\
services:
  dev: {build: {context: ., target: dev}}
  prod: {build: {context: ., target: prod}}
"""


def project(folder: Path, dockerfile: str, compose: str = COMPOSE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(dockerfile)
    (folder / "compose.yaml").write_text(compose)
    return folder / "Dockerfile"


def test_both_targets_are_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stages = [
        f"FROM debian:bookworm AS {name}\n{INSTALL} {package}" for name, package in (("dev", "gdb"), ("prod", "curl"))
    ]
    path = project(tmp_path, "\n".join(stages) + "\n")
    assert main(["fix", str(tmp_path)]) == 0
    assert path.read_text() == "\n".join(stage + TIDIED for stage in stages) + "\n"
    assert "fixed package-lists-left" in capsys.readouterr().out
    main(["check", str(tmp_path), "--select", "JT104"])
    assert "JT104" not in capsys.readouterr().out
    assert main(["fix", "--diff", str(tmp_path)]) == 0, "nothing is left to fix"


def test_a_compose_file_may_be_named(tmp_path: Path) -> None:
    path = project(tmp_path, f"FROM debian:bookworm AS dev\n{INSTALL} gdb\nFROM debian:bookworm AS prod\n")
    assert main(["fix", str(tmp_path / "compose.yaml")]) == 0
    assert TIDIED in path.read_text()


def test_a_stage_that_another_build_goes_on_from_gets_no_user(tmp_path: Path) -> None:
    """As the user of dev, prod could install nothing."""
    text = 'FROM debian:bookworm-slim AS dev\nCOPY a /a\nCMD ["/a"]\nFROM dev AS prod\nRUN make install\n'
    path = project(tmp_path, text)
    assert main(["fix", "--unsafe", "--select", "JT301", str(tmp_path)]) == 0
    dev, _, prod = path.read_text().partition("FROM dev AS prod\n")
    assert "USER" not in dev and "USER" in prod


def test_files_outside_of_the_folders_named_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"FROM debian:bookworm\n{INSTALL} curl\n"
    path = project(tmp_path / "api", text)
    named = tmp_path / "deploy"
    named.mkdir()
    (named / "compose.yaml").write_text("services:\n  a: {build: ../api}\n  b: {build: ./missing}\n")
    assert main(["fix", str(named)]) == 0
    assert path.read_text() == text and capsys.readouterr().out == ""
    (named / "compose.yaml").write_text(
        f"services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM debian\n        {INSTALL} curl\n"
    )
    before = (named / "compose.yaml").read_bytes()
    assert main(["fix", str(named)]) == 0
    assert (named / "compose.yaml").read_bytes() == before


def test_the_context_of_the_build_is_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The manifest lies in the context, not beside the Dockerfile."""
    text = "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
    path = project(tmp_path / "docker", text)
    (tmp_path / "docker" / "compose.yaml").unlink()
    (tmp_path / "compose.yaml").write_text("services:\n  a: {build: {context: ., dockerfile: docker/Dockerfile}}\n")
    (tmp_path / "package.json").write_text('{"name": "a"}')
    assert main(["fix", "--unsafe", "--select", "JT202", str(tmp_path)]) == 0
    assert "COPY package*.json ./\nRUN npm ci\nCOPY . .\n" in path.read_text()


def test_a_fix_that_harms_another_build_is_not_taken() -> None:
    """Ways that contradict one another: each wants a letter of its own."""

    def way(letter: str, code: str) -> Way:
        def check(data: bytes) -> FileReport:
            fix = Fix("say it", (Edit(Span(1, 2), letter),), SAFE)
            finding = Finding(code, "name", "message", Span(0, 1), 1, 1, 1, NO_IMPACT, fix)
            found = () if data[1:2] == letter.encode() else (finding,)
            return FileReport("Dockerfile", SourceText(data), None, found, ())

        return Way("", check)

    start = b"#x a\n"
    assert fix_ways(start, [way("A", "X1")], SAFE).after == b"#A a\n"
    assert fix_ways(start, [way("A", "X1"), way("x", "X2")], SAFE).after == start
    assert fix_ways(start, [way("A", "X1"), way("A", "X2")], SAFE).after == b"#A a\n"
