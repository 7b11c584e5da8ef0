"""A container that only waits: a script in a loop for something that is not there, whose program never began.

Source: proc(5); manual pages of sleep, nc, timeout and getent; documentation of pg_isready, mysqladmin and redis-cli;
README of wait-for-it.
"""

from __future__ import annotations

import os
import time
from typing import Final

from jettison.syntax.shell_command import SHELLS

# With a shell around them they are how entry scripts wait for another service.
WAITING: Final = frozenset(
    "sleep nc ncat netcat timeout getent nslookup ping curl wget pg_isready mysqladmin mariadb-admin redis-cli "
    "wait-for-it tini dumb-init docker-init coreutils".split()
)
# A loop runs its programs for moments: several looks see them.
LOOKS: Final = 10
SECONDS: Final = 1.0
MAX_PROCESSES: Final = 4000


def only_waits(pid: int) -> tuple[str, ...]:
    """Return the names of what runs in a container where it is a shell and programs to wait with, else ().

    pid: its process 1 as this host sees it.
    """
    seen: set[str] = set()
    for look in range(LOOKS):
        if look:
            time.sleep(SECONDS / LOOKS)
        names = _names(pid)
        seen |= names
        if not names or not seen <= WAITING | SHELLS:
            return ()
    return tuple(sorted(seen)) if seen & SHELLS else ()


def _names(pid: int) -> set[str]:
    """Return the names of the programs in the container of a process; empty where they cannot be seen."""
    try:
        space = os.readlink(f"/proc/{pid}/ns/pid")
        numbers = [name for name in os.listdir("/proc") if name.isdigit()][:MAX_PROCESSES]
    except OSError:
        return set()
    found: set[str] = set()
    for number in numbers:
        try:
            if os.readlink(f"/proc/{number}/ns/pid") == space:
                found.add(_name(number))
        except OSError:
            # It has ended, or is not ours to see.
            continue
    return found


def _name(number: str) -> str:
    name = os.path.basename(os.readlink(f"/proc/{number}/exe"))
    if name == "busybox":
        with open(f"/proc/{number}/comm", encoding="utf-8", errors="replace") as stream:
            name = stream.read().strip()
    # nc.traditional and nc.openbsd
    return name.partition(".")[0]
