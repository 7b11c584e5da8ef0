"""No line of a table for a terminal takes more than 100 columns, and no name moves a column."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
from pathlib import Path

import pytest

from image.archives import old_layout, tar_of
from jettison.cli.main import main
from jettison.report.cells import fit, fit_end, pad, width, wrap

WIDE = "漢字かな交じり文のとても長い名前" * 8
LONG = "x" * 300
NAMES = (WIDE, LONG, f"e\u0301{LONG}", "emoji\U0001f600" * 30, "tab\there", f"{LONG}/{WIDE}/{LONG}")
STATUS = "".join(
    f"Package: {name}\nStatus: install ok installed\nVersion: {name}\nArchitecture: amd64\n\n"
    for name in (LONG, WIDE, "short")
).encode()
BASE = tar_of(
    ("etc/os-release", "file", f'ID=debian\nPRETTY_NAME="{WIDE}"\n'.encode()),
    ("var/lib/dpkg/status", "file", STATUS),
    *((f"{name}/{name[:40]}", "file", b"x" * 200_000) for name in NAMES),
    (f"{WIDE}/.env", "file", b"AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\n"),
)
TOP = tar_of(*((f"{name}/.wh.{name[:40]}", "file", b"") for name in NAMES[:3]))


def columns(line: str) -> int:
    """Return the columns of a line, counted apart from the product."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in plain
    )


@pytest.fixture(params=["plain", "colour"])
def colour(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if request.param == "colour":
        monkeypatch.setenv("FORCE_COLOR", "1")
    return bool(request.param == "colour")


@pytest.mark.parametrize("command", ["inspect", "compare"])
def test_tables_of_images_fit(command: str, colour: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / f"{LONG[:150]}.tar", tmp_path / "b.tar"
    first.write_bytes(old_layout(BASE, TOP, config={"Env": [f"A{LONG}=1"], "User": LONG}))
    second.write_bytes(old_layout(TOP, config={"Cmd": [WIDE]}))
    assert main([command, str(first), *([str(second)] if command == "compare" else [])]) == 0
    out = capsys.readouterr().out
    assert ("\x1b[" in out) is colour
    assert [line for line in out.splitlines() if columns(line) > 100] == []
    assert "漢" in out


def test_tables_of_an_optimisation_fit(colour: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = tmp_path / LONG[:120]
    project.mkdir()
    (project / "go.mod").write_text("module a\n\ngo 1.19\n")
    (project / "main.go").write_text("package main\nfunc main() {}\n")
    text = f"FROM golang:1.19\nWORKDIR /{WIDE}\nCOPY . .\nRUN apt-get update && apt-get install {LONG}\nRUN go build -o app\nCMD ./app\n"
    (project / "Dockerfile").write_text(text)
    main(["optimize", "--no-build", str(project)])
    out = capsys.readouterr().out
    report, _, _ = out.partition("What changes")
    assert "JT101" in report
    assert [line for line in report.splitlines() if columns(line) > 100] == []


@pytest.mark.parametrize("text", ["", "abc", "漢字", "e\u0301e\u0301", "a漢b字c", "\U0001f600x"])
@pytest.mark.parametrize("room", [1, 2, 3, 5, 10])
def test_pieces_take_what_they_are_given(text: str, room: int) -> None:
    assert width(text) == columns(text)
    assert width(fit(text, room)) <= room
    assert width(fit_end(text, room)) <= room
    assert width(pad(text, room)) == room


def test_wrapped_text_is_whole() -> None:
    text = f"one two {WIDE} three {LONG}"
    lines = wrap(text, 40, 2)
    assert all(columns(line) <= 40 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def on_terminal(columns: int, *command: str) -> str:
    """Return what a program writes to a terminal of so many columns."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    with subprocess.Popen(command, stdout=terminal, stderr=subprocess.PIPE, env=environment):
        os.close(terminal)
        parts = []
        # The other end is closed when the program ends, which is an error to read.
        with contextlib.suppress(OSError):
            while part := os.read(controller, 65536):
                parts.append(part)
    os.close(controller)
    return b"".join(parts).decode().replace("\r\n", "\n")


@pytest.mark.parametrize(("room", "taken"), [(200, 100), (90, 90), (40, 80)])
def test_a_report_takes_what_a_terminal_has(room: int, taken: int) -> None:
    assert (
        int(on_terminal(room, sys.executable, "-c", "from jettison.report.cells import WIDTH; print(WIDTH)")) == taken
    )


@pytest.mark.parametrize("command", ["inspect", "compare", "scan"])
def test_tables_of_images_fit_a_narrow_terminal(command: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"{LONG[:150]}.tar", tmp_path / "b.tar"
    first.write_bytes(old_layout(BASE, TOP, config={"Env": [f"A{LONG}=1"], "User": LONG}))
    second.write_bytes(old_layout(TOP, config={"Cmd": [WIDE]}))
    run = "import sys; from jettison.cli.main import main; main(sys.argv[1:])"
    names = [str(first), *([str(second)] if command == "compare" else [])]
    out = on_terminal(80, sys.executable, "-c", run, command, *names)
    assert [line for line in out.splitlines() if columns(line) > 80] == []
    assert "漢" in out
