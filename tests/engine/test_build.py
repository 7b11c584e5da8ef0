"""Builds on a real engine: what is sent, what is timed, what is said of a failure, what stays behind."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.engine.base import BuildRequest, Engine, Event, RunRequest
from jettison.engine.find import find_engine
from jettison.errors import BuildError, EngineError

pytestmark = pytest.mark.engine

COPY_ALL = b"FROM scratch\nCOPY . /context/\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with two files, the second named by its ignore file."""
    (tmp_path / "kept.txt").write_text("kept")
    (tmp_path / "ignored.txt").write_text("ignored")
    (tmp_path / ".dockerignore").write_text("ignored.txt\n")
    return tmp_path


def files_of(engine: Engine, tag: str) -> set[str]:
    """Return the paths of the image's regular files."""
    from jettison.image.archive import read_archive

    with engine.save(tag) as stream:
        image = read_archive(stream)
    return {path for path, entry in image.files.items() if entry.kind == "file"}


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return every file with its modification time and content."""
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_own_ignore_file_of_the_project_applies(engine: Engine, project: Path, new_tag: Callable[[], str]) -> None:
    tag = new_tag()
    engine.build(BuildRequest(str(project), COPY_ALL, None, tag))
    assert "context/kept.txt" in files_of(engine, tag)
    assert "context/ignored.txt" not in files_of(engine, tag)


def test_given_ignore_rules_replace_the_projects(engine: Engine, project: Path, new_tag: Callable[[], str]) -> None:
    before = snapshot(project)
    tag = new_tag()
    engine.build(BuildRequest(str(project), COPY_ALL, b"kept.txt\n", tag))
    found = files_of(engine, tag)
    assert "context/ignored.txt" in found
    assert "context/kept.txt" not in found
    assert snapshot(project) == before


def test_steps_are_told_and_timed(engine: Engine, project: Path, base_image: str, new_tag: Callable[[], str]) -> None:
    dockerfile = f"FROM {base_image}\nRUN sleep 1\n".encode()
    events: list[Event] = []
    request = BuildRequest(str(project), dockerfile, None, new_tag(), network="host", no_cache=True)
    result = engine.build(request, events.append)
    (step,) = [step for step in result.steps if "RUN sleep 1" in step.name]
    assert 0.9 <= step.seconds <= result.seconds
    assert not step.cached
    assert any(event.kind == "step" and "RUN sleep 1" in event.text for event in events)
    again = engine.build(BuildRequest(str(project), dockerfile, None, new_tag(), network="host"))
    assert [step.cached for step in again.steps if "RUN sleep 1" in step.name] == [True]


@pytest.mark.parametrize(
    ("dockerfile", "line"),
    [
        (b"FROM scratch\nFOO x\n", 2),
        (b"FROM scratch\n\n# why\nCOPY nosuch /\n", 4),
        (b"FROM scratch AS one\nCOPY kept.txt /\nFROM one\nCOPY \\\n  nosuch /\n", 4),
    ],
)
def test_failure_names_the_line(
    engine: Engine, project: Path, new_tag: Callable[[], str], dockerfile: bytes, line: int
) -> None:
    with pytest.raises(BuildError) as caught:
        engine.build(BuildRequest(str(project), dockerfile, None, new_tag()))
    assert caught.value.line == line
    assert caught.value.log_tail


def test_output_with_control_sequences_is_safe(
    engine: Engine, project: Path, base_image: str, new_tag: Callable[[], str]
) -> None:
    dockerfile = f"FROM {base_image}\nRUN printf '\\033[31mred\\033]0;title\\007' && exit 3\n".encode()
    with pytest.raises(BuildError) as caught:
        engine.build(BuildRequest(str(project), dockerfile, None, new_tag(), network="host"))
    assert "\x1b" not in caught.value.log_tail + str(caught.value)
    assert "\\x1b[31mred" in caught.value.log_tail


def test_build_that_takes_too_long_is_stopped(
    engine: Engine, project: Path, base_image: str, new_tag: Callable[[], str]
) -> None:
    dockerfile = f"FROM {base_image}\nRUN sleep 61\n".encode()
    request = BuildRequest(
        str(project), dockerfile, None, new_tag(), network="host", no_cache=True, timeout_seconds=2.0
    )
    began = time.monotonic()
    with pytest.raises(EngineError, match="longer than 2 s"):
        engine.build(request)
    assert time.monotonic() - began < 15


def test_interrupt_leaves_nothing_behind(
    engine: Engine, project: Path, base_image: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    product = engine.name.partition(" ")[0]
    if product == "podman":
        pytest.xfail("Podman 4.3 leaves its working container and the running step when it is ended")
    temporary = tmp_path_factory.mktemp("temporary")
    # No other process of this machine sleeps as long.
    seconds = 100_000 + os.getpid()
    program = (
        "import signal, sys\n"
        # Started in the background, a process ignores interrupts; this one is to be interrupted.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from jettison.engine.base import BuildRequest\n"
        "from jettison.engine.find import find_engine\n"
        f"text = b'FROM {base_image}\\nRUN sleep {seconds}\\n'\n"
        f"request = BuildRequest({str(project)!r}, text, None, 'jettison/test:cut-{seconds}', network='host', no_cache=True)\n"
        f"find_engine({product!r}).build(request, lambda event: print(event.text, flush=True))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(temporary)},
        text=True,
    )
    assert child.stdout is not None
    for text in child.stdout:
        if f"RUN sleep {seconds}" in text:
            break
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    assert child.wait(15) != 0
    child.stdout.close()
    assert list(temporary.iterdir()) == []
    deadline = time.monotonic() + 15
    while _sleeping(seconds) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _sleeping(seconds)


def _sleeping(seconds: int) -> bool:
    """Return whether a process `sleep SECONDS` is left on this machine."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            argv = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if argv[:2] == [b"sleep", str(seconds).encode()]:
            return True
    return False


def test_features_hold(engine: Engine, project: Path, new_tag: Callable[[], str]) -> None:
    """What the engine is said to lack fails, what it is said to know builds."""
    cases = {
        "heredoc": b"FROM scratch\nCOPY <<EOF /h\ntext\nEOF\n",
        "link": b"FROM scratch\nCOPY --link kept.txt /\n",
    }
    for name, dockerfile in cases.items():
        request = BuildRequest(str(project), dockerfile, None, new_tag())
        if getattr(engine.features, name):
            engine.build(request)
        else:
            with pytest.raises(BuildError):
                engine.build(request)


def test_container_lives_answers_and_stops(
    engine: Engine, project: Path, base_image: str, new_tag: Callable[[], str]
) -> None:
    tag = new_tag()
    script = "trap 'exit 7' TERM; echo started; while :; do sleep 0.1; done"
    dockerfile = f'FROM {base_image}\nCMD ["sh", "-c", "{script}"]\n'.encode()
    engine.build(BuildRequest(str(project), dockerfile, None, tag))
    container = engine.start(RunRequest(tag, f"jettison-test-{os.getpid()}", env={"NAME": "value"}))
    try:
        state = engine.state(container)
        assert state.running
        assert Path(f"/proc/{state.pid}").exists()
        code, output = engine.execute(container, ["sh", "-c", "echo no >&2; echo $NAME; exit 4"], 10)
        assert (code, output) == (4, b"value\nno\n")
        assert engine.execute(container, ["sleep", "60"], 1)[0] == 124
        deadline = time.monotonic() + 30
        while b"started" not in engine.logs(container):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        code, seconds = engine.stop(container, 10)
        assert (code, seconds < 9) == (7, True)
        assert not engine.state(container).running
    finally:
        engine.remove(container)
    with pytest.raises(EngineError):
        engine.state(container)


def in_front(engine: Engine, folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Return the engine behind a client that runs some lines of shell before the real one."""
    client = folder / "docker"
    client.write_text(f'#!/bin/sh\n{script}\nexec {shlex.join(engine.client)} "$@"\n')
    client.chmod(0o755)
    monkeypatch.setattr("jettison.engine.client._USUAL_PLACES", ())
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return find_engine("docker")


def test_a_container_that_was_given_up_before_it_began_is_started_once_more(
    engine: Engine, base_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be brought about at will: a client in front of the real one says it, once."""
    fail = tmp_path / "fail"
    script = (
        f'if [ "$1" = run ] && [ -e {fail} ]; then rm {fail}; echo "OCI runtime create failed: '
        'waiting for init preliminary setup: read init-p: connection reset by peer" >&2; exit 125; fi'
    )
    failing = in_front(engine, tmp_path, script, monkeypatch)
    fail.touch()
    container = failing.start(RunRequest(base_image, f"jettison-test-{os.getpid()}", command=("sleep", "60")))
    try:
        assert not fail.exists() and failing.state(container).running
    finally:
        failing.remove(container)


def test_program_that_cannot_start_is_said_and_removed(
    engine: Engine, project: Path, new_tag: Callable[[], str]
) -> None:
    tag = new_tag()
    engine.build(BuildRequest(str(project), COPY_ALL + b'CMD ["/nosuch"]\n', None, tag))
    name = f"jettison-gone-{os.getpid()}"
    with pytest.raises(EngineError, match="nosuch"):
        engine.start(RunRequest(tag, name))
    with pytest.raises(EngineError):
        engine.state(name)


def test_a_layer_that_the_engine_lost_is_built_anew(
    engine: Engine,
    project: Path,
    new_tag: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The loss cannot be brought about at will: a client in front of the real one says it, once."""
    folder = tmp_path_factory.mktemp("client")
    script = (
        f"if [ -e {folder}/lose ]; then mv {folder}/lose {folder}/again; echo 'ERROR: layer does not exist'; exit 1; fi\n"
        f'[ -e {folder}/again ] && echo "$@" >> {folder}/again'
    )
    lossy = in_front(engine, folder, script, monkeypatch)
    (folder / "lose").touch()
    lossy.build(BuildRequest(str(project), COPY_ALL, None, tag := new_tag()))
    assert "--no-cache" in (folder / "again").read_text().split()
    assert "context/kept.txt" in files_of(engine, tag)
