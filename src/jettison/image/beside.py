"""A part of the work in a process beside this one, which sees everything that is there when it begins.

For what takes long in the interpreter and gives little: the result comes back as a copy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def beside(make: Callable[[], Result], worth: bool) -> Callable[[], Result]:
    """Begin to make something; return what waits for it.

    worth: whether it takes long enough. Where a process cannot be had, or fails, it is made by this one when it is
    asked for; so errors are those of `make`.
    """
    if not worth or not _can_fork():
        return make
    import pickle

    read, write = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(read)
        os.close(write)
        return make
    if not child:
        _make_and_end(make, write)
    os.close(write)

    def wait() -> Result:
        with open(read, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(child, 0)
        if status or not data:
            return make()
        made: Result = pickle.loads(data)
        return made

    return wait


def _can_fork() -> bool:
    # Only the thread that forks lives on in the new process; what another one holds would be held for ever.
    # Where what starts threads is not even loaded, there is one.
    threading = sys.modules.get("threading")
    alone = threading is None or threading.active_count() == 1
    return alone and sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _make_and_end(make: Callable[[], object], write: int) -> None:
    """Send what is made and end, without anything that ends a program in order: that is for the other process."""
    status = 1
    try:
        import pickle
        import signal

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with open(write, "wb") as pipe:
            pipe.write(pickle.dumps(make(), pickle.HIGHEST_PROTOCOL))
        status = 0
    finally:
        os._exit(status)
