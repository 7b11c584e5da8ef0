"""Applying edits to bytes: exact outside the edits, refused on overlap."""

from __future__ import annotations

import sys
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from jettison.findings import Edit, Fix


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `data` with every edit applied.

    Insertions at one place keep their order. Raises ValueError when two edits overlap.
    """
    pieces: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < position:
            raise ValueError(f"edits overlap at byte {edit.span.start}")
        pieces.append(data[position : edit.span.start])
        pieces.append(edit.text.encode("utf-8", "surrogateescape"))
        position = edit.span.end
    pieces.append(data[position:])
    return b"".join(pieces)


def merge(fixes: Sequence[Fix]) -> tuple[list[Fix], list[Fix]]:
    """Return (chosen, skipped): a fix that touches what an earlier chosen one edits waits."""
    taken: list[tuple[int, int]] = []
    chosen: list[Fix] = []
    skipped: list[Fix] = []
    for fix in fixes:
        spans = [(edit.span.start, edit.span.end) for edit in fix.edits]
        if any(_touches(taken, start, end) for start, end in spans):
            skipped.append(fix)
            continue
        for span in spans:
            insort(taken, span)
        chosen.append(fix)
    return chosen, skipped


def _touches(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    # What is taken is sorted and does not overlap: only the last that starts up to `end` can reach `start`.
    at = bisect_right(taken, (end, sys.maxsize))
    return at > 0 and taken[at - 1][1] >= start


def unified_diff(before: bytes, after: bytes, path: str, errors: str = "replace") -> str:
    """Return the unified diff of two versions of a file, under the name that git gives it; empty when they are equal.

    errors: what becomes of bytes that are no UTF-8, as `bytes.decode` names it.
    """
    import difflib

    if before == after:
        return ""
    old, new = _lines(before, errors), _lines(after, errors)
    lines = []
    name = _name_in_diff(path)
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(data: bytes, errors: str) -> list[str]:
    # As git counts them: a form feed or another line break of Unicode ends none.
    lines = data.decode("utf-8", errors).split("\n")
    return [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]


def _name_in_diff(path: str) -> str:
    """Return a path as `git apply` and `patch -p1` take it: from this folder, or from the root for what lies elsewhere."""
    import os

    path = os.path.normpath(path)
    if not os.path.isabs(path) and path.split(os.sep)[0] != os.pardir:
        return path
    whole, here = os.path.abspath(path), os.path.join(os.getcwd(), "")
    return whole.removeprefix(here).lstrip(os.sep)
