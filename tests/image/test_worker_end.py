"""Processes that read layers do not outlive the one that asked, even when it is killed without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

_PROGRAM = """
import time
from jettison.image.layer_worker import Worker
workers = [Worker(None) for _ in range(3)]
print(*(worker._process.pid for worker in workers), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_workers_end_with_the_process_that_asked() -> None:
    asking = subprocess.Popen([sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True)
    assert asking.stdout is not None
    workers = [int(word) for word in asking.stdout.readline().split()]
    assert len(workers) == 3 and all(os.path.exists(f"/proc/{pid}") for pid in workers)
    asking.send_signal(signal.SIGKILL)
    asking.wait()
    deadline = time.monotonic() + 20
    while (left := [pid for pid in workers if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
