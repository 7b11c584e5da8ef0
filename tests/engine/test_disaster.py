"""An engine that dies, and one whose disk is full: a private one, started for the purpose by root."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jettison.engine.base import Event
from jettison.engine.find import find_engine
from jettison.errors import EngineError
from jettison.optimize.job import optimize
from jettison.optimize.records import Request

pytestmark = pytest.mark.engine
DISK = "48m"
# A bridge of this process alone: without one the private engine would take the machine's docker0 away.
BRIDGE = f"jt-{os.getpid()}"
# Of the range for measurements, from which no engine takes networks (RFC 2544).
ADDRESS = f"198.18.{os.getpid() % 250}.1/24"
SLEEPER = "#include <unistd.h>\nint main(void) { sleep(60); return 0; }\n"


@pytest.fixture
def dockerd(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[subprocess.Popen[bytes]]:
    """Give a running private engine with a small disk, and make it the one that is found."""
    program = shutil.which("dockerd")
    if program is None or os.geteuid() != 0 or shutil.which("gcc") is None:
        if os.environ.get("JETTISON_REQUIRE_ENGINE") == "1":
            pytest.fail("a private engine needs root, dockerd and gcc")
        pytest.skip("a private engine needs root, dockerd and gcc")
    # A socket's path may have 107 bytes only.
    home = tmp_path_factory.mktemp("d")
    data = home / "data"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(data)], check=True)
    subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "addr", "add", ADDRESS, "dev", BRIDGE], check=False, stderr=subprocess.DEVNULL)
    host = f"unix://{home}/s"
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            [program, "--data-root", str(data), "--exec-root", str(home / "e"), "--pidfile", str(home / "p"),
             "--bridge", BRIDGE, "--iptables=false", "-H", host],
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        monkeypatch.setenv("DOCKER_HOST", host)
        monkeypatch.delenv("JETTISON_DOCKER", raising=False)
        _wait(process, home)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        subprocess.run(["pkill", "-KILL", "-f", f"{home}/"], check=False)
        for _ in range(20):
            if subprocess.run(["umount", "-R", str(data)], check=False, stderr=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.5)
        subprocess.run(["ip", "link", "del", BRIDGE], check=False, stderr=subprocess.DEVNULL)


def _wait(process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        with contextlib.suppress(EngineError):
            find_engine("docker")
            return
        time.sleep(0.3)
    pytest.fail(f"the private engine did not start: {(home / 'log').read_text()[-2000:]}")


def project(folder: Path) -> Path:
    """Return a project whose image needs no base: a static program that sleeps for a minute."""
    source = folder / "sleeper.c"
    source.write_text(SLEEPER)
    target = folder / "app"
    target.mkdir()
    subprocess.run(["gcc", "-static", "-s", "-o", str(target / "sleeper"), str(source)], check=True)
    return target


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_full_disk_is_said_and_nothing_is_changed(dockerd: subprocess.Popen[bytes], tmp_path: Path) -> None:
    app = project(tmp_path)
    (app / "large.bin").write_bytes(os.urandom(60_000_000))
    (app / "Dockerfile").write_text('FROM scratch\nADD . /\nCMD ["/sleeper"]\n')
    before = snapshot(app)
    with pytest.raises(EngineError, match=r"disk of .* is full"):
        optimize(Request(str(app)), lambda text: None)
    assert snapshot(app) == before


def test_an_engine_that_dies_in_a_build_is_said(dockerd: subprocess.Popen[bytes], tmp_path: Path) -> None:
    app = project(tmp_path)
    (app / "Dockerfile").write_text('FROM scratch\nADD . /\nRUN ["/sleeper"]\nCMD ["/sleeper"]\n')
    before = snapshot(app)
    began = threading.Event()
    killed: list[float] = []

    def kill() -> None:
        began.wait(60)
        time.sleep(1)
        killed.append(time.monotonic())
        dockerd.kill()

    def event(happened: Event) -> None:
        if "/sleeper" in happened.text:
            began.set()

    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(EngineError, match="went away"):
        optimize(Request(str(app), network="host"), lambda text: None, event)
    assert time.monotonic() - killed[0] < 50
    assert snapshot(app) == before
