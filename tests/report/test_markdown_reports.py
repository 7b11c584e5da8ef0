"""Markdown for pull requests: tables that hold together, and nothing of an input that acts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from image.archives import old_layout, tar_of
from jettison.cli.main import main
from jettison.report.markdown import fenced

EVIL = "a|b](http://evil.example)<img src=x>@someone `code` **bold**\x1b[31m\u202e"
BASE = tar_of(
    ("var/lib/dpkg/status", "file", f"Package: {EVIL}\nStatus: install ok installed\nVersion: {EVIL}\n\n".encode()),
    (EVIL.replace("/", ""), "file", b"x" * 5_000),
    ("gone|away/`x`", "file", b"x" * 900_000),
)
TOP = tar_of(("gone|away/.wh.`x`", "file", b""), ("app", "file", b"x"))


def markdown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main([*arguments, "--format", "markdown"])
    out = capsys.readouterr().out
    outside = re.sub(r"^(`{3,}).*?^\1$", "", out, flags=re.DOTALL | re.MULTILINE)
    assert not any(ord(char) < 32 and char != "\n" for char in out)
    assert "\u202e" not in out
    assert re.search(r"<(?!/?details>|/?summary>|br>)", outside) is None
    assert re.search(r"(?<!\\)(?:@someone|\]\(|`|\*\*bold)", outside) is None
    columns = 0
    for line in outside.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (cells and columns) or cells == columns, line
        columns = cells
    return out


def test_an_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "image.tar").write_bytes(old_layout(BASE, TOP))
    out = markdown(capsys, "inspect", str(tmp_path / "image.tar"))
    assert "| 900.0 kB | /gone\\|away" in out
    assert "| 0 |" in out


def test_two_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.tar").write_bytes(old_layout(BASE))
    (tmp_path / "b.tar").write_bytes(old_layout(TOP))
    out = markdown(capsys, "compare", str(tmp_path / "a.tar"), str(tmp_path / "b.tar"))
    assert "| size |" in out and "files removed: " in out and "packages: 1" in out


def test_an_optimisation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "go.mod").write_text("module a\n\ngo 1.19\n")
    (tmp_path / "main.go").write_text("package main\nfunc main() {}\n")
    (tmp_path / "Dockerfile").write_text(
        f"FROM golang:1.19\n# {EVIL} ````\nCOPY . /a\nRUN cd /a && go build -o app\nCMD /a/app\n"
    )
    out = markdown(capsys, "optimize", "--no-build", str(tmp_path))
    assert "not proven" in out and "`````diff" in out and "JT101" in out


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced("a ```` b", "text", 10).startswith("`````text\n")
    assert "... and 5 more lines" in fenced("x\n" * 15, "text", 10)
