"""Which files a container's program really opens: a fanotify mark on its merged file system, without ptrace.

Opens before the mark are lost. So the container is held on a tiny program of ours that only waits; its file system
is marked; then the real command runs inside it, with the image's own user, environment and folder.
It needs Linux, root and an engine on this machine. What is not seen may still be needed: a trace ranks and explains,
it never decides alone what to keep.

Source: fanotify(7), fanotify_init(2), fanotify_mark(2); System V ABI, chapter 4, for the waiting program.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import platform
import re
import select
import struct
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from jettison.engine.base import BuildRequest, RunRequest
from jettison.errors import EngineError
from jettison.proof.observe import listening_ports
from jettison.proof.stand import SERVICE_CAPABILITIES

if TYPE_CHECKING:
    from jettison.engine.base import Engine
    from jettison.image.image import ImageConfig
    from jettison.proof.run_as import RunAs

_INIT: Final = 0x1 | 0x10 | 0x20  # close on exec, unlimited queue and marks
_ADD_FILE_SYSTEM: Final = 0x1 | 0x100
_OPEN: Final = 0x20 | 0x1000  # open, and open to execute
_AT_FDCWD: Final = -100
_EVENT: Final = struct.Struct("=IBBHQii")
MAX_WRITTEN: Final = 1000
_UPPER: Final = re.compile(r"[ ,]upperdir=([^,\s]+)")
HOLD: Final = "/.jettison-hold"
START_SECONDS: Final = 20.0
# Waits for ever: pause on x86-64; ppoll without descriptors on arm64.
_CODE: Final = {
    "x86_64": (62, bytes.fromhex("b8220000000f05ebf7")),
    "aarch64": (183, bytes.fromhex("000080d2010080d2020080d2030080d2280980d2010000d4faffff17")),
}


class Trace(NamedTuple):
    """What was seen. Paths have no leading slash.

    opened: files that were opened; written: folders in which something was made or changed.
    """

    opened: frozenset[str]
    written: frozenset[str]


def can_trace() -> bool:
    """Return whether this process may mark file systems: Linux, root, a known machine."""
    if sys.platform != "linux" or os.geteuid() != 0 or platform.machine() not in _CODE:
        return False
    try:
        os.close(_fanotify())
    except OSError:
        return False
    return True


def hold_program(machine: str) -> bytes:
    """Return a static ELF file that only waits."""
    number, code = _CODE[machine]
    base, head = 0x400000, 64 + 56
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 2, number, 1, base + head, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    size = head + len(code)
    return header + struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000) + code


def trace_image(
    engine: Engine,
    tag: str,
    config: ImageConfig,
    paths: tuple[str, ...] = ("/",),
    env: dict[str, str] | None = None,
    run_as: RunAs | None = None,
) -> Trace:
    """Return what an image's program opened, and where it wrote, while it was started and asked.

    run_as: what starts it in place of its own command.

    Raises:
        EngineError: the container could not be started, or its file system not be marked.
    """
    started = config if run_as is None else run_as.applied(config)
    argv = [*started.entrypoint, *started.cmd]
    if not argv:
        return Trace(frozenset(), frozenset())
    held = f"jettison/hold:{uuid.uuid4().hex[:10]}"
    with tempfile.TemporaryDirectory(prefix="jettison-") as folder:
        program = os.path.join(folder, "hold")
        with open(program, "wb") as stream:
            stream.write(hold_program(platform.machine()))
        os.chmod(program, 0o755)
        text = f'FROM {tag}\nCOPY hold {HOLD}\nHEALTHCHECK NONE\nENTRYPOINT ["{HOLD}"]\nCMD []\n'
        engine.build(BuildRequest(folder, text.encode(), None, held))
    try:
        user, workdir = ("", "") if run_as is None else (run_as.user, run_as.workdir)
        request = RunRequest(held, "", env or {}, capabilities=SERVICE_CAPABILITIES, user=user, workdir=workdir)
        return _watch(engine, request, argv, paths)
    finally:
        engine.remove_image(held)


def _watch(engine: Engine, request: RunRequest, argv: list[str], paths: tuple[str, ...]) -> Trace:
    name = f"jettison-trace-{uuid.uuid4().hex[:10]}"
    network = f"{name}-net"
    engine.create_network(network, internal=True)
    try:
        return _watch_in(engine, engine.start(replace(request, name=name, network=network)), argv, paths)
    finally:
        engine.remove_network(network)


def _watch_in(engine: Engine, container: str, argv: list[str], paths: tuple[str, ...]) -> Trace:
    mark = -1
    found: set[str] = set()
    written: frozenset[str] = frozenset()
    done = threading.Event()
    threads: list[threading.Thread] = []
    try:
        state = engine.state(container)
        if not state.running:
            raise EngineError("the container that holds the program did not stay up")
        mark = _mark(f"/proc/{state.pid}/root")
        threads = [
            threading.Thread(target=_collect, args=(mark, found, done), daemon=True),
            threading.Thread(target=engine.execute, args=(container, argv, START_SECONDS + 30), daemon=True),
        ]
        for thread in threads:
            thread.start()
        _ask(engine, container, paths)
        written = _written(state.pid)
    except OSError as error:
        raise EngineError(f"the files of a container cannot be watched here: {error}") from error
    finally:
        engine.remove(container)
        done.set()
        for thread in threads:
            thread.join(5)
        if mark >= 0:
            os.close(mark)
    return Trace(frozenset(found - {HOLD.strip("/")}), written)


def _written(pid: int) -> frozenset[str]:
    """Return the folders of the container's own layer that hold something new or changed.

    Source: proc(5), mountinfo; the kernel's overlayfs documentation, upperdir.
    """
    with open(f"/proc/{pid}/mountinfo", encoding="utf-8", errors="surrogateescape") as stream:
        roots = [line for line in stream if line.split()[4:5] == ["/"]]
    match = _UPPER.search(roots[-1]) if roots else None
    if match is None:
        return frozenset()
    found: set[str] = set()
    for folder, _, files in os.walk(match[1]):
        if len(found) >= MAX_WRITTEN:
            break
        if files:
            found.add(os.path.relpath(folder, match[1]).removeprefix("."))
        # A folder that is in the container's layer though nothing in it changed was made.
        elif not os.listdir(folder):
            found.add(os.path.relpath(os.path.dirname(folder), match[1]).removeprefix("."))
    return frozenset(found)


def _ask(engine: Engine, container: str, paths: tuple[str, ...]) -> None:
    deadline = time.monotonic() + START_SECONDS
    ports: tuple[int, ...] = ()
    while time.monotonic() < deadline and not ports:
        state = engine.state(container)
        ports = listening_ports(state.pid)
        time.sleep(0.3)
    time.sleep(1.0)
    address = engine.state(container).address or "127.0.0.1"
    for port in ports:
        for path in paths:
            connection = http.client.HTTPConnection(address, port, timeout=5)
            try:
                connection.request("GET", path)
                connection.getresponse().read(1 << 20)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _fanotify() -> int:
    number = int(_libc().fanotify_init(_INIT, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_LARGEFILE", 0)))
    if number < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return number


def _mark(path: str) -> int:
    number = _fanotify()
    call = _libc().fanotify_mark
    call.argtypes = (ctypes.c_int, ctypes.c_uint, ctypes.c_uint64, ctypes.c_int, ctypes.c_char_p)
    if call(number, _ADD_FILE_SYSTEM, _OPEN, _AT_FDCWD, path.encode()) < 0:
        code = ctypes.get_errno()
        os.close(number)
        raise OSError(code, os.strerror(code))
    return number


def _collect(mark: int, found: set[str], done: threading.Event) -> None:
    while True:
        ready, _, _ = select.select([mark], [], [], 0.2)
        # What was opened before the end may be told after it.
        if not ready and done.is_set():
            return
        if not ready:
            continue
        try:
            data = os.read(mark, 1 << 18)
        except OSError:
            return
        at = 0
        while at + _EVENT.size <= len(data):
            length, _, _, _, _, number, _ = _EVENT.unpack_from(data, at)
            if number >= 0:
                path = os.readlink(f"/proc/self/fd/{number}")
                os.close(number)
                found.add(path.strip("/").removesuffix(" (deleted)"))
            at += max(length, _EVENT.size)
