"""`jettison fmt`: layout only, atomic, and settled."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from jettison.cli.main import main

UGLY = b"from alpine:3.20  \n\n\n\nrun true"
NEAT = b"FROM alpine:3.20\n\nRUN true\n"


def test_formats_in_place_and_settles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"FROM alpine:3.20  \n\n\n\nRUN true")
    assert main(["fmt", str(file)]) == 0
    assert file.read_bytes() == NEAT
    assert "formatted" in capsys.readouterr().out
    assert main(["fmt", "--check", str(file)]) == 0


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_only_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    file = tmp_path / "Dockerfile"
    file.write_bytes(UGLY)
    assert main(["fmt", option, str(file)]) == 1
    assert file.read_bytes() == UGLY
    assert capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"FROM alpine:3.20 \n")))
    assert main(["fmt", "-"]) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b"FROM alpine:3.20\n"


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    assert main(["fmt", str(tmp_path / "Dockerfile.none")]) == 3
