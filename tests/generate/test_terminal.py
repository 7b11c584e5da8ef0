"""The questions, asked on a real pseudo-terminal."""

from __future__ import annotations

import codecs
import contextlib
import os
import pty
import select
import shutil
import signal
import sys
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "init"
INTERRUPT = "\x03"
PROGRAM = "import sys; from jettison.cli.main import main; sys.exit(main(sys.argv[1:]))"


def converse(arguments: list[str], answers: list[tuple[str, str]]) -> tuple[int, str]:
    """Run jettison on a pseudo-terminal; send each answer when its question was shown. Return (exit code, output)."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "dumb"
        # Tests in the background of a script inherit that it is ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM, *arguments])
    seen, at, waiting = "", 0, list(answers)
    text = codecs.getincrementaldecoder("utf-8")()
    deadline = time.monotonic() + 60
    interrupted = 0.0
    while time.monotonic() < deadline:
        if waiting and waiting[0][0] in seen[at:]:
            at = seen.index(waiting[0][0], at) + len(waiting[0][0])
            answer = waiting.pop(0)[1]
            # Nobody interrupts between the question and the reading of its answer, where readline sets itself up.
            time.sleep(0.5 if answer == INTERRUPT else 0)
            interrupted = time.monotonic() if answer == INTERRUPT else 0.0
            os.write(terminal, answer.encode())
        if not select.select([terminal], [], [], 0.1)[0]:
            if interrupted and time.monotonic() > interrupted + 5:
                # It was lost there, as it may be on a busy machine; a person presses it once more.
                interrupted = time.monotonic()
                with contextlib.suppress(OSError):
                    os.write(terminal, INTERRUPT.encode())
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        seen += text.decode(data)
    os.close(terminal)
    assert not waiting, f"never asked: {waiting[0][0]!r} in {seen!r}"
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), seen


def test_every_default_can_be_accepted(tmp_path: Path) -> None:
    project = Path(shutil.copytree(EXAMPLES / "python-flask", tmp_path / "shop"))
    code, seen = converse(
        ["init", "--no-build", str(project)],
        [
            ("Version of Python?", "\n"),
            ("Port", "\n"),
            ("Path that tells", "\n"),
            ("How small?", "\n"),
            ("Write ", "\n"),
        ],
    )
    assert code == 0, seen
    text = (project / "Dockerfile").read_text()
    assert "python:3.11-slim-bookworm" in text and "EXPOSE 8000" in text and "/healthz" in text


def test_answers_are_checked_and_taken(tmp_path: Path) -> None:
    project = Path(shutil.copytree(EXAMPLES / "python-flask", tmp_path / "shop"))
    code, seen = converse(
        ["init", "--no-build", str(project)],
        [
            ("Version of Python?", "3.12\n"),
            ("Port", "ninety\n"),
            ("a port is a number", ""),
            ("Port", "9000\n"),
            ("Path that tells", "tcp\n"),
            ("How small?", "1\n"),
            ("Write ", "y\n"),
        ],
    )
    assert code == 0, seen
    text = (project / "Dockerfile").read_text()
    assert "python:3.12-slim-bookworm" in text and "EXPOSE 9000" in text and "create_connection" in text
    assert "--bind=0.0.0.0:9000" in text


def test_a_no_writes_nothing(tmp_path: Path) -> None:
    project = Path(shutil.copytree(EXAMPLES / "static-site", tmp_path / "site"))
    code, _ = converse(
        ["init", "--no-build", str(project)],
        [("Version", "\n"), ("Port", "\n"), ("Path", "\n"), ("How small?", "\n"), ("Write ", "n\n")],
    )
    assert code == 1
    assert sorted(path.name for path in project.iterdir()) == ["index.html", "style.css"]


def test_several_programs_are_offered(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "go-http", tmp_path / "api")
    shutil.copytree(EXAMPLES / "web-vite", tmp_path / "web")
    code, seen = converse(
        ["init", "--no-build", str(tmp_path)],
        [
            ("Which one?", "web\n"),
            ("Version", "\n"),
            ("Port", "\n"),
            ("Path", "\n"),
            ("How small?", "\n"),
            ("Write ", "\n"),
        ],
    )
    assert code == 0, seen
    assert (tmp_path / "web" / "Dockerfile").exists() and not (tmp_path / "api" / "Dockerfile").exists()


def test_interrupting_writes_nothing(tmp_path: Path) -> None:
    project = Path(shutil.copytree(EXAMPLES / "static-site", tmp_path / "site"))
    code, _ = converse(["init", "--no-build", str(project)], [("Version", INTERRUPT)])
    assert code == 130
    assert sorted(path.name for path in project.iterdir()) == ["index.html", "style.css"]
