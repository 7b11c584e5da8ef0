"""One call of a client program: bounded in time and in what is kept of its output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from typing import IO, Final

MAX_OUTPUT: Final = 1024 * 1024
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gave. code None: it took too long and was ended; output: the part that was kept."""

    code: int | None
    output: bytes
    errors: bytes


class _Reader(threading.Thread):
    """Reads a stream to its end and keeps its first or last bytes."""

    def __init__(self, stream: IO[bytes], last: bool) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._last = last
        self.kept = bytearray()
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._stream.fileno(), _PIECE):
                if self._last:
                    self.kept += piece
                    del self.kept[: max(0, len(self.kept) - MAX_OUTPUT)]
                elif len(self.kept) < MAX_OUTPUT:
                    self.kept += piece[: MAX_OUTPUT - len(self.kept)]


def call(
    argv: list[str],
    env: dict[str, str] | None,
    timeout: float,
    merge: bool = False,
    last: bool = False,
) -> Answer:
    """Run a client. merge: errors come within the output; last: the end of the output is kept, not its start."""
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merge else subprocess.PIPE,
        env=env,
        # A group of its own: Ctrl-C reaches only us, and what we clean up with is not cut short.
        start_new_session=True,
    )
    readers = [_Reader(stream, last) for stream in (process.stdout, process.stderr) if stream is not None]
    try:
        code: int | None = process.wait(timeout)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for reader in readers:
            # What the client left running may hold the pipe open for ever.
            reader.join(2)
        for stream in (process.stdout, process.stderr):
            if stream is not None and not any(reader.is_alive() for reader in readers):
                stream.close()
    return Answer(code, bytes(readers[0].kept), bytes(readers[1].kept) if len(readers) > 1 else b"")
