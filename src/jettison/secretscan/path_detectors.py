"""Which detectors are for a file by its path, and what looks for their secrets in it.

The paths of many files are looked at at once: each stands on a line of its own, which "^" and "$" of a detector's path
become, for to the engine a newline is a letter like others, and the beginning of a line is dear.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

from jettison.secretscan.detectors import Detector, opened
from jettison.secretscan.engine import PLAIN_LIMIT, Expression, Matcher, open_matcher

# Many files ask for the same path a few times in a row, and then for another.
_RECENT: Final = 64
_BEGINS: Final = (("(?:^|/)", r"[\n/]"), ("(?:^|[", r"(?:[\n"))
_ENDS: Final = ("$", r"\n")
# In the name of a file letters are those of all languages.
_LETTERS: Final = (r"\w", r"\w\x80-\xff")
_NEWLINE: Final = "\n"
# Each path has a beginning and an end of its own.
_LINES: Final = "\n\n"
# No name of a file that a detector is for has it.
_INSTEAD: Final = "\x01"


class PathDetectors:
    """The detectors that are for some files only. One for each thread."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        by_path: dict[str, list[int]] = {}
        for number, detector in enumerate(detectors):
            by_path.setdefault(detector.path, []).append(number)
        self._detectors = tuple(detectors)
        self._meant = list(by_path.values())
        self._paths = open_matcher([Expression(line_expression(path), ()) for path in by_path])
        # Most are never needed, and compiling all of them takes a tenth of a second.
        self._matchers: dict[str, Matcher] = {}
        self.of = lru_cache(_RECENT)(self._of)

    def is_ready(self, now: bool) -> bool:
        """Return whether paths can be looked at at once; now: compile what has to be."""
        return self._paths.is_ready(now)

    def of_each(self, paths: Sequence[str]) -> dict[int, tuple[Detector, ...]]:
        """Return number of the path -> the detectors that are for it, in their order; only of those that have some."""
        text = _LINES.join(paths)
        if text.count(_NEWLINE) > 2 * len(paths) - 2:
            text = _LINES.join([path.replace(_NEWLINE, _INSTEAD) for path in paths])
        lines = f"\n{text}\n".encode("utf-8", "surrogateescape")
        if len(lines) > PLAIN_LIMIT:
            each = enumerate(map(self.of, paths))
            return {number: found for number, found in each if found}
        events = self._paths.events(lines)
        if not events:
            return {}
        ends = list(accumulate(len(line) + 2 for line in lines[1:-1].split(b"\n\n")))
        found: dict[int, set[int]] = {}
        for number, end in events:
            found.setdefault(bisect_left(ends, end), set()).update(self._meant[number])
        return {number: tuple(self._detectors[each] for each in sorted(meant)) for number, meant in found.items()}

    def _of(self, path: str) -> tuple[Detector, ...]:
        """Return the detectors that are for this path, in their order."""
        events = self._paths.events(f"\n{path.replace(_NEWLINE, _INSTEAD)}\n".encode("utf-8", "surrogateescape"))
        meant = {each for number, _ in events for each in self._meant[number]}
        return tuple(self._detectors[each] for each in sorted(meant))

    def ends(self, detector: Detector, data: bytes | memoryview) -> list[int]:
        """Return where something ends that may be a secret of this detector."""
        matcher = self._matchers.get(detector.id)
        if matcher is None:
            matcher = self._matchers[detector.id] = open_matcher(expressions_of(detector))
        return [end for _, end in matcher.events(data)]


def expressions_of(detector: Detector) -> list[Expression]:
    """Return what the engine looks for, for one detector."""
    return [Expression(each, detector.keywords) for each in detector.expressions]


def line_expression(path: str) -> bytes:
    r"""Return what the engine looks for instead of a detector's path, in lines that each begin and end with "\n"."""
    found = opened(path)
    for old, new in (*_BEGINS, _ENDS, _LETTERS):
        found = found.replace(old, new)
    return found.encode()
