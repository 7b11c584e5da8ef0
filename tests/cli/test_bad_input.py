"""Bad input: a clear message, a documented exit code, the project untouched, nothing raw on the terminal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jettison.cli.main import main

HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202eevil\x9b\r"


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda p: None, "no such file"),
        (lambda p: p.mkdir(), ""),
        (lambda p: os.mkfifo(p), "not a regular file"),
        (lambda p: p.write_bytes(b"x" * (17 * 1024 * 1024)), "larger than"),
    ],
    ids=["missing", "empty-folder", "fifo", "huge"],
)
def test_unusable_paths(make, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "Dockerfile"
    make(path)
    code = main(["check", str(path)])
    assert expected in capsys.readouterr().err
    assert code == (3 if expected else 0)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x7fELF\0\0\0", "not-a-dockerfile"),
        (b"", "no-instructions"),
        (b"FROM a\nFOO\n", "unknown-instruction"),
        (b"x" * (3 * 1024 * 1024), "not-a-dockerfile"),
        (b"FROM a AS a\nCOPY --from=b / /\nFROM a AS b\n", "stage-order"),
    ],
    ids=["binary", "empty", "unknown", "ten-megabytes", "cycle"],
)
def test_broken_files_are_findings(data: bytes, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_bytes(data)
    (tmp_path / "Dockerfile.good").write_bytes(b"FROM debian\n")
    assert main(["check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert name in out
    assert "JT305" in out, "the other file is still checked"


@pytest.mark.parametrize(
    "arguments", [["check"], ["check", "--format", "json"], ["fix", "--diff", "--unsafe"], ["ast"]]
)
def test_no_control_sequence_reaches_the_terminal(
    arguments: list[str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / ("Dockerfile." + HOSTILE.replace("/", ""))
    path.write_text(
        f"FROM debian{HOSTILE}\nRUN apt-get update && apt-get install -y curl{HOSTILE}\nFOO{HOSTILE}\nLABEL a={HOSTILE}\n"
    )
    main([*arguments, str(path)])
    captured = capsysbinary.readouterr()
    for stream in (captured.out, captured.err):
        text = stream.decode("utf-8", "surrogateescape")
        assert not [c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F or c == "\u202e"]


def test_secret_values_are_masked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text("FROM debian:bookworm\nENV API_TOKEN=hunter2hunter2\nARG DB_PASSWORD='correct horse'\n")
    for arguments in (["check"], ["check", "--format", "json"]):
        main([*arguments, str(path)])
    out = "".join(capsys.readouterr())
    assert "JT302" in out
    assert "hunter2" not in out and "correct horse" not in out


def test_suppression_needs_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(
        "# jettison: ignore=JT305 a moving base is wanted here\nFROM debian\n# jettison: ignore=JT404\nWORKDIR x\n"
    )
    main(["check", str(path)])
    out = capsys.readouterr().out
    assert "JT305" not in out
    assert "JT404" in out and "bad-suppression" in out


def test_unknown_command_and_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frobnicate"]) == 2
    assert main(["explain", "JT999"]) == 2
    assert main(["explain", "DL3009"]) == 0
    assert "package-lists-left" in capsys.readouterr().out


def test_fix_is_atomic_and_keeps_mode_and_links(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_bytes(b"FROM alpine:3.20\r\nRUN apk add x\r\n")
    real.chmod(0o640)
    (tmp_path / "Dockerfile").symlink_to(real)
    assert main(["fix", str(tmp_path / "Dockerfile")]) == 0
    assert real.read_bytes() == b"FROM alpine:3.20\r\nRUN apk add --no-cache x\r\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "Dockerfile").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["Dockerfile", "real"]
