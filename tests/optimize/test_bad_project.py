"""`optimize` on bad input: a message with place or command, the documented code, every byte as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.cli.main import main
from jettison.engine.base import Engine

NETWORK = os.environ.get("JETTISON_BUILD_NETWORK") or None
HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202eevil\x9b"
GOOD = b"FROM debian:bookworm-slim\nADD . /app\nCMD /app/run\n"


@pytest.fixture(autouse=True)
def own_state(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file below a folder with its mode and content; what is no file only with its mode."""
    return {
        str(path): (path.lstat().st_mode, path.read_bytes() if path.is_file() else b"") for path in folder.rglob("*")
    }


def optimize(project: Path, *options: str) -> int:
    return main(["optimize", str(project), "--no-build", *options])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "holds no Dockerfile; name one with --file"),
        (lambda path: path.mkdir(), "Dockerfile: is a folder"),
        (lambda path: os.mkfifo(path), "not a regular file"),
        (lambda path: path.write_bytes(b"x" * (17 << 20)), "larger than"),
        (lambda path: path.write_bytes(b"\x7fELF\0\0\0"), "Dockerfile"),
        (lambda path: path.write_bytes(b"x" * (10 << 20)), "Dockerfile"),
        (lambda path: path.write_bytes(b""), "Dockerfile"),
        (lambda path: path.symlink_to("Dockerfile"), "Dockerfile"),
    ],
    ids=["missing", "folder", "pipe", "17-megabytes", "binary", "ten-megabytes", "empty", "link-to-itself"],
)
def test_a_dockerfile_that_cannot_be_used(
    make: Callable[[Path], object], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "Dockerfile")
    before = everything(tmp_path)
    assert optimize(tmp_path, "--write", "--unproven") == 3
    assert message in capsys.readouterr().err
    assert everything(tmp_path) == before


def test_a_project_that_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_bytes(GOOD)
    assert optimize(file) == 3
    assert optimize(tmp_path / "nosuch") == 3
    assert capsys.readouterr().err.count("is not a folder; the folder of a project was expected") == 2


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (GOOD + b"FOO bar\n", "line 4"),
        (b"FROM a AS a\nCOPY --from=b / /\nFROM a AS b\nCOPY --from=a / /\n", "line 2"),
    ],
    ids=["unknown-instruction", "cyclic-stages"],
)
def test_a_mistake_is_said_with_its_line(
    text: bytes, finding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Dockerfile").write_bytes(text)
    before = everything(tmp_path)
    assert optimize(tmp_path, "--all") in (0, 1)
    assert finding in capsys.readouterr().out
    assert everything(tmp_path) == before


def test_a_project_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Dockerfile").write_bytes(GOOD)
    before = everything(tmp_path)
    opened = os.open

    def read_only(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        # Root may write anywhere, so the folder's refusal is played.
        if flags & os.O_CREAT and str(path).startswith(str(tmp_path)):
            raise OSError(30, "Read-only file system")
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", read_only)
    assert optimize(tmp_path, "--write", "--unproven") == 3
    assert "Read-only file system" in capsys.readouterr().err
    assert everything(tmp_path) == before
    assert main(["undo", str(tmp_path)]) == 3, "nothing was written, so nothing is to be undone"


def test_nothing_is_written_that_is_not_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_bytes(GOOD)
    before = everything(tmp_path)
    assert optimize(tmp_path, "--write") == 1
    assert "nothing was written" in capsys.readouterr().err
    assert everything(tmp_path) == before


def test_a_windows_image_gets_rules_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Dockerfile").write_bytes(
        b"# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nADD app.exe C:\\app.exe\nCMD C:\\app.exe\n"
    )
    (tmp_path / "app.exe").write_bytes(b"MZ")
    optimize(tmp_path)
    out = capsys.readouterr().out
    assert "USER" not in out.partition("What changes")[2]


@pytest.mark.engine
def test_a_windows_image_is_neither_built_nor_run(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Dockerfile").write_bytes(b"FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nADD . C:\\\n")
    assert main(["optimize", str(tmp_path)]) == 1
    assert "for Windows, which is neither built nor run here" in capsys.readouterr().out


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "place"),
    [("COPY nosuch /\nADD . /app\n", "line 3"), (f"ADD . /app\nRUN printf '{HOSTILE}' && exit 3\n", "line 4")],
    ids=["missing-source", "failing-step"],
)
def test_what_fails_to_build_is_said_safely_and_the_static_result_is_offered(
    engine: Engine, text: str, place: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "Dockerfile").write_text(f'FROM debian:bookworm-slim\nLABEL a="{HOSTILE}"\n{text}')
    (tmp_path / f"file{HOSTILE}").write_text("x")
    before = everything(tmp_path)
    code = main(["optimize", str(tmp_path), "--write", *(["--build-network", NETWORK] if NETWORK else [])])
    captured = capsysbinary.readouterr()
    shown = captured.out.decode()
    assert code == 1
    assert "the original does not build" in " ".join(shown.split())
    assert f"the build failed at {place}" in " ".join(shown.split())
    assert "What changes" in shown
    for stream in (shown, captured.err.decode()):
        assert not [c for c in stream if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F or c == "\u202e"]
    assert everything(tmp_path) == before


@pytest.mark.parametrize(
    ("place", "named"), [("Dockerfile", "Dockerfile"), ("build/Dockerfile", "build/Dockerfile"), ("../D", "D")]
)
def test_the_diff_names_the_dockerfile_by_its_place(
    place: str, named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "project"
    (project / "build").mkdir(parents=True)
    (project / "app").write_text("app\n")
    (project / place).write_bytes(GOOD)
    optimize(project, "-f", str(project / place))
    assert f"--- a/{named}\n+++ b/{named}\n" in capsys.readouterr().out
