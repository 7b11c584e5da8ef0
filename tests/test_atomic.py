"""Files are replaced whole; what is no file that another could stand for is written into, or refused."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jettison.atomic import Replacement, replace_all, write_report
from jettison.cli.main import main
from jettison.errors import SourceError


def test_a_report_goes_into_a_pipe_and_leaves_it_there(tmp_path: Path) -> None:
    """A device is one as well: /dev/null in particular is everybody's, and root may replace it."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    read: list[bytes] = []
    for path in (pipe, link):
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
        reader.start()
        write_report(str(path), "report\n")
        reader.join(20)
        assert stat.S_ISFIFO(os.stat(pipe).st_mode)
        assert link.is_symlink()
    assert read == [b"report\n"] * 2
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "Dockerfile"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="no regular file"):
        replace_all([Replacement(str(pipe), b"", b"FROM b\n")])
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    assert os.listdir(tmp_path) == ["Dockerfile"]


def test_no_database_takes_the_place_of_a_pipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe, data = tmp_path / "pipe", tmp_path / "a.json"
    os.mkfifo(pipe)
    data.write_text('{"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1"]}]}')
    assert main(["db", "import", "--db", str(pipe), str(data)]) == 3
    assert "no regular file" in capsys.readouterr().err
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


def test_the_standard_output_by_name_keeps_what_was_there(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as stream:
        subprocess.run(
            [
                sys.executable,
                "-c",
                "from jettison.atomic import write_report; write_report('/dev/stdout', 'report\\n')",
            ],
            stdout=stream,
            check=True,
        )
        stream.write(b"after\n")
    assert log.read_text() == "before\nreport\nafter\n"


RUN = [sys.executable, "-c", "from jettison.cli.main import entry; entry()"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is always full")
@pytest.mark.parametrize("command", [["explain"], ["check", "."], ["config", "show"], ["--help"], ["--version"]])
def test_a_full_disk_is_told_and_is_no_error_of_our_own(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*RUN, *command], stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    assert done.returncode == 3, done.stderr
    assert b"internal" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_a_sign_gets_another_one(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:12 AS naïve→\nRUN echo naïve→ && cd /x\n", "utf-8")
    done = subprocess.run(
        [*RUN, "check", "."],
        capture_output=True,
        cwd=tmp_path,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": encoding},
    )
    assert done.returncode == 1, done.stderr
    assert "na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve?".encode(encoding, "replace") in done.stdout


def test_a_closed_output_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *RUN, "check", "."], stderr=subprocess.PIPE, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("command", [["--help"], ["explain"], ["--version"]])
def test_a_reader_that_goes_away_is_no_error(command: list[str]) -> None:
    here, there = os.pipe()
    os.close(here)
    done = subprocess.run([*RUN, *command], stdout=there, stderr=subprocess.PIPE, check=False)
    os.close(there)
    assert (done.returncode, done.stderr) == (0, b"")
