"""Signals wait while something of ours is made or removed, so that no end leaves half of it behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = tuple(
    number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None)) is not None
)


@contextmanager
def shield() -> Iterator[None]:
    """Hold interrupts back until the block is done; then they take effect.

    Shields may be nested: the outermost lets the signal through. Other threads than the main one get no
    signals, so nothing is done there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        held.append(number)

    before = {number: signal.signal(number, hold) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: a handler that was not set from Python, which cannot be put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in held[:1]:
            os.kill(os.getpid(), number)


@contextmanager
def ends_like_interrupt() -> Iterator[None]:
    """Let a polite end (SIGTERM, a closed terminal) clean up as Ctrl-C does, within the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    polite = [number for number in SIGNALS if number != signal.SIGINT]
    before = {number: signal.signal(number, interrupt) for number in polite}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
