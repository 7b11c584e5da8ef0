"""Files that lie one after another in one piece of bytes, as in a tar: the engine looks at all of them at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from jettison.named_tuple import NamedTuple


class Placed(NamedTuple):
    """One file of a run. at: where its bytes begin in the piece; number: its place in the list it came from."""

    path: str
    mode: int
    size: int
    at: int
    number: int


def events_of_files(files: Sequence[Placed], events: Iterable[tuple[int, int]]) -> dict[int, list[tuple[int, int]]]:
    """Return number in `files` -> the events that end in it, counted from its begin; what ends between files is none.

    What seems to begin in front of a file is no match there, which the confirmation finds out.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    starts = [file.at for file in files]
    for number, end in events:
        index = bisect_left(starts, end) - 1
        if index >= 0 and end <= starts[index] + files[index].size:
            found.setdefault(index, []).append((number, end - starts[index]))
    return found
