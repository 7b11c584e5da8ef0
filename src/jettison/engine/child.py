"""A client program as a child process: its output line by line, ended with all it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

from jettison.errors import EngineError
from jettison.terminal import safe_line

_LINE_LIMIT = 1 << 20
_GRACE_SECONDS = 5.0


def run_lines(
    argv: Sequence[str], on_line: Callable[[str], None], timeout: float, env: Mapping[str, str] | None = None
) -> int:
    """Return the exit code of `argv` after giving each line of its output to `on_line`.

    The child has a process group of its own: whatever ends this call early (Ctrl-C, a listener that
    raises, the timeout) ends the whole group. Raises EngineError after `timeout` seconds.
    """
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(f"cannot start {safe_line(argv[0])}: {safe_line(str(error))}") from error
    expired = threading.Event()
    watchdog = threading.Timer(timeout, _expire, (child, expired))
    watchdog.daemon = True
    watchdog.start()
    try:
        assert child.stdout is not None
        while line := child.stdout.readline(_LINE_LIMIT):
            on_line(line.decode("utf-8", "replace").rstrip("\n"))
        code = child.wait()
    finally:
        watchdog.cancel()
        end_group(child)
        if child.stdout is not None:
            child.stdout.close()
    if expired.is_set():
        raise EngineError(f"{safe_line(os.path.basename(argv[0]))} did not end within {timeout:.0f} seconds")
    return code


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child's process group: SIGTERM, and SIGKILL when it is still there 5 seconds later."""
    if child.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def output_of(argv: Sequence[str], timeout: float = 20.0, env: Mapping[str, str] | None = None) -> str | None:
    """Return what `argv` printed, or None when it cannot be started, fails or takes too long."""
    lines: list[str] = []
    try:
        code = run_lines(argv, lines.append, timeout, env)
    except EngineError:
        return None
    return "\n".join(lines) if code == 0 else None


def _expire(child: subprocess.Popen[bytes], expired: threading.Event) -> None:
    expired.set()
    end_group(child)
