"""The bytes of each package, and the sums of each folder: of runs of files, and of single files only where one differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jettison.inventory.inventory import FolderSum
from jettison.inventory.numbered import FILE, Rows, Run
from jettison.inventory.unlisted import COMPILED, Unlisted

# What a file needs to be looked at for: nothing, as of nearly all; nobody sees it; its bytes have several names.
_PLAIN: Final = 0
_HIDDEN: Final = 1
_SHARED: Final = 2


class Sums:
    """sizes: bytes of each package; folders: of each run of files that somebody sees.

    listed: path -> index of the package whose list holds it; numbers: path -> number of each visible row.
    Bytes with several names (hard links) are of the first of them.
    """

    def __init__(
        self,
        packages: int,
        listed: Mapping[str, int],
        unlisted: Unlisted,
        numbers: Mapping[str, int],
        rows: Rows,
    ) -> None:
        self.sizes = [0] * packages
        self.folders: list[FolderSum] = []
        self._listed, self._unlisted, self._rows = listed, unlisted, rows
        self._met: set[int] = set()
        self._marks = rows.hidden(numbers.values())
        for number in rows.shared():
            self._marks[number] |= _SHARED
        self._is_listed = bytearray(len(rows.kinds))
        self._add_listed(numbers)
        for run in rows.runs():
            self._add(run)

    def _add_listed(self, numbers: Mapping[str, int]) -> None:
        is_listed, marks, sizes, kinds, bytes_of = (
            self._is_listed, self._marks, self.sizes, self._rows.kinds, self._rows.sizes
        )  # fmt: skip
        for path, owner in self._listed.items():
            number = numbers[path]
            if kinds[number] == FILE and not marks[number]:
                is_listed[number] = 1
                sizes[owner] += bytes_of[number]

    def _add(self, run: Run) -> None:
        folder, begin, end = run
        count, listed = end - begin, self._is_listed.count(1, begin, end)
        owned_by_source = listed < count and folder.endswith(COMPILED)
        if owned_by_source or self._marks.count(_PLAIN, begin, end) < count:
            self._add_each(run)
            return
        sizes = self._rows.sizes[begin:end]
        free = self._not_listed(run, listed)
        owner = self._unlisted.of_folder(folder) if free else None
        if owner is not None:
            self.sizes[owner] += sum(free)
            free = []
        full, layer = count - sizes.count(0), self._rows.layers[begin]
        self.folders.append(FolderSum(folder, layer, count, full, sum(sizes), len(free) - free.count(0), sum(free)))

    def _not_listed(self, run: Run, listed: int) -> list[int]:
        """Return the sizes of the files that no list holds; `listed`: how many of them some list holds."""
        sizes, is_listed = self._rows.sizes, self._is_listed
        # Of most runs a list holds all or none.
        if not listed:
            return sizes[run.begin : run.end].tolist()
        if listed == run.end - run.begin:
            return []
        return [sizes[number] for number in range(run.begin, run.end) if not is_listed[number]]

    def _add_each(self, run: Run) -> None:
        """Add the files of a run one by one."""
        folder, begin, end = run
        rows, of_folder, compiled = self._rows, self._unlisted.of_folder(folder), folder.endswith(COMPILED)
        count = full = size = free = free_bytes = 0
        for number in range(begin, end):
            if self._marks[number] & _HIDDEN or rows.kinds[number] != FILE:
                continue
            count += 1
            bytes_ = rows.sizes[number]
            if not bytes_ or self._is_met(number):
                continue
            full += 1
            size += bytes_
            if self._is_listed[number]:
                continue
            path = rows.names[number]
            owner = self._listed.get(path)
            if owner is None:
                owner = self._unlisted.of_compiled(path, folder, of_folder) if compiled else of_folder
            if owner is None:
                free += 1
                free_bytes += bytes_
            else:
                self.sizes[owner] += bytes_
        if count:
            self.folders.append(FolderSum(folder, rows.layers[begin], count, full, size, free, free_bytes))

    def _is_met(self, number: int) -> bool:
        """Return whether the bytes of a file were added under another name."""
        if not self._marks[number] & _SHARED:
            return False
        content = self._rows.originals.get(number, number)
        if content in self._met:
            return True
        self._met.add(content)
        return False
