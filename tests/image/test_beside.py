"""What is made in a process beside this one is what this one would make."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jettison.image import inspection
from jettison.image.beside import beside
from jettison.image.inspection import inspect

from .archives import old_layout, tar_of


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two cores, and no thread: those of earlier tests may still be about to end."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(60)


def test_it_is_made_in_another_process() -> None:
    seen = {"a": 1}
    made = beside(lambda: (os.getpid(), dict(seen)), True)
    seen["a"] = 2
    pid, copied = made()
    assert copied == {"a": 1} and pid != os.getpid()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_large_results_come_whole() -> None:
    assert beside(lambda: b"x" * 5_000_000, True)() == b"x" * 5_000_000


def test_errors_are_raised_here(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        beside(fail, True)()


def test_a_process_that_dies_is_made_up_for() -> None:
    here = os.getpid()
    assert beside(lambda: here if os.getpid() == here else os._exit(0), True)() == here


def test_not_beside_other_threads() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert beside(os.getpid, True)() == os.getpid()
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("known", [False, True])
def test_an_inspection_is_the_same(known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = (tar_of(("a", "file", b"x" * 100), ("b", "file", b"x" * 100)), tar_of((".wh.a", "file", b"")))
    path = tmp_path / "image.tar"
    path.write_bytes(old_layout(*layers))
    monkeypatch.setenv("JETTISON_CACHE", str(tmp_path / "cache") if known else "off")
    alone = inspect(str(path))
    wanted: list[bool] = []

    def noted(make: Callable[[], object], worth: bool) -> Callable[[], object]:
        wanted.append(worth)
        return beside(make, worth)

    monkeypatch.setattr(inspection, "beside", noted)
    monkeypatch.setattr(inspection, "MANY_FILES", 0)
    other = inspect(str(path))
    # While layers are read, the cores have other work.
    assert wanted == [known]
    assert (other.waste, other.checkpoints) == (alone.waste, alone.checkpoints)
    assert other.waste.hidden_bytes == 100
