"""Many patterns over bytes in one go: Hyperscan where it is installed, else a bounded plain search that says so.

The compiled database is kept on disk by the digest of its patterns and the version of the engine, and loads in less
than a millisecond; compiling takes a third of a second.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, Final, Protocol

from jettison.named_tuple import NamedTuple
from jettison.secretscan.kept_database import keep, kept

# More events than these in one piece, of one expression and of all, are noise by design: an event that is passed over
# costs half of one that is kept. After the last of all the rest of the piece is not looked at.
MAX_OF_ONE: Final = 2_000
MAX_EVENTS: Final = 200_000
PLAIN_LIMIT: Final = 1024 * 1024
_NAME: Final = "secrets-"


class Expression(NamedTuple):
    """One pattern. single: one event for each piece is enough; keywords: lower-case texts, one is in every match."""

    regex: bytes
    keywords: tuple[bytes, ...]
    single: bool = False


class Matcher(Protocol):
    """identity: what its results depend on; note: what it leaves out, "" for nothing.

    full: whether the last piece had more events than were given.
    """

    identity: str
    note: str
    full: bool

    def events(self, data: bytes | memoryview) -> list[tuple[int, int]]:
        """Return (number of the expression, end of a match) for the matches in a piece."""

    def is_ready(self, now: bool = False) -> bool:
        """Return whether nothing has to be compiled first; now: compile it."""


def open_matcher(expressions: Sequence[Expression]) -> Matcher:
    """Return the best matcher that this installation has."""
    try:
        return HyperscanMatcher(expressions)
    except ImportError:
        return PlainMatcher(expressions)


def _digest(expressions: Sequence[Expression]) -> str:
    found = hashlib.sha256()
    for expression in expressions:
        found.update(b"%d %d %s\n" % (len(expression.regex), expression.single, expression.regex))
    return found.hexdigest()[:24]


class HyperscanMatcher:
    """All expressions in one automaton. One for each thread: the scratch space is not shared."""

    note = ""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        import hyperscan

        self.identity = f"hyperscan-{_version(hyperscan)}-{_machine()}-{_digest(expressions)}"
        self._expressions = expressions
        self._terminated = hyperscan.ScanTerminated
        self._scan: Callable[..., Any] | None = None
        self.full = False

    def is_ready(self, now: bool = False) -> bool:
        """Return whether the database is loaded, which it is from disk where an earlier run kept it; now: compile it."""
        if self._scan is None:
            import hyperscan

            database = _load(hyperscan, self.identity)
            if database is None and now:
                database = _compile(hyperscan, self.identity, self._expressions)
            self._scan = database.scan if database is not None else None
        return self._scan is not None

    def events(self, data: bytes | memoryview) -> list[tuple[int, int]]:
        """Return (number of the expression, end of a match)."""
        if self._scan is None:
            self.is_ready(now=True)
            assert self._scan is not None
        found: list[tuple[int, int]] = []
        append = found.append
        room: dict[int, int] = {}
        alone = len(self._expressions) == 1

        def note(number: int, _start: int, end: int, _flags: int, _context: object) -> bool | None:
            left = room.get(number, MAX_OF_ONE)
            if left:
                room[number] = left - 1
                append((number, end))
                return True if len(found) >= MAX_EVENTS or (alone and left == 1) else None
            return None

        try:  # noqa: SIM105 -- a context costs as much as the search of a name
            self._scan(data, note)
        except self._terminated:
            pass
        self.full = len(found) >= MAX_EVENTS or (len(found) >= MAX_OF_ONE and 0 in room.values())
        return found


def _machine() -> str:
    """Return the kind of processor; platform.machine() asks the same, and takes a millisecond to load."""
    return os.uname().machine if hasattr(os, "uname") else os.environ.get("PROCESSOR_ARCHITECTURE", "")


def _version(hyperscan: Any) -> str:
    return str(getattr(hyperscan, "__version__", "unknown"))


def _compile(hyperscan: Any, identity: str, expressions: Sequence[Expression]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [hyperscan.HS_FLAG_SINGLEMATCH if expression.single else 0 for expression in expressions]
    database.compile(
        expressions=[expression.regex for expression in expressions],
        ids=list(range(len(expressions))),
        flags=flags,
    )
    keep(f"{_NAME}{identity}", hyperscan.dumpb(database))
    return database


def _load(hyperscan: Any, identity: str) -> Any:
    """Return the first database that is kept and fits, None for none: missing, damaged, made on another processor."""
    for data in kept(f"{_NAME}{identity}"):
        try:
            database = hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            # That it is for other instructions some say only now.
            database.scan(b"", lambda *_: None)
        except hyperscan.error:
            continue
        return database
    return None


class PlainMatcher:
    """The fall-back: each pattern for itself where one of its keywords stands, and only at the start of large files."""

    note = f"without the hyperscan package only the first {PLAIN_LIMIT >> 20} MiB of each file is searched, and slowly"

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self.identity = f"plain-{_digest(expressions)}"
        self._expressions = tuple(expressions)
        self._compiled: dict[int, re.Pattern[bytes]] = {}
        self.full = False

    def is_ready(self, now: bool = False) -> bool:
        """Return that each pattern is compiled when it is first needed."""
        return True

    def events(self, data: bytes | memoryview) -> list[tuple[int, int]]:
        """Return (number of the expression, end of a match)."""
        piece = bytes(data[:PLAIN_LIMIT])
        lowered = piece.lower()
        found: list[tuple[int, int]] = []
        for number, expression in enumerate(self._expressions):
            if expression.keywords and not any(word in lowered for word in expression.keywords):
                continue
            pattern = self._compiled.get(number) or re.compile(expression.regex)
            self._compiled[number] = pattern
            most = 1 if expression.single else max(0, min(MAX_OF_ONE, MAX_EVENTS - len(found)))
            found += [(number, match.end()) for match in islice(pattern.finditer(piece), most)]
        counts = Counter(number for number, _ in found) if len(found) >= MAX_OF_ONE else {}
        self.full = len(found) >= MAX_EVENTS or any(count >= MAX_OF_ONE for count in counts.values())
        return found
