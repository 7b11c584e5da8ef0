"""Which package owns which visible file: by the lists of the packages, by the folder it lies in, by its source.

Source: Debian Policy, 10.1 (one owner for each file); PEP 376 and PEP 627 (RECORD).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jettison.inventory.inventory import Inventory
from jettison.inventory.links import followed
from jettison.inventory.numbered import DIR, VisibleFile, numbered
from jettison.inventory.os_release import OsRelease
from jettison.inventory.package import Package
from jettison.inventory.sums import Sums
from jettison.inventory.unlisted import COMPILED, Unlisted


class _Links:
    """The real place of a path whose folders may be links (bin -> usr/bin), each folder looked up once."""

    __slots__ = ("_files", "_known")

    def __init__(self, files: Mapping[str, VisibleFile]) -> None:
        self._files = files
        self._known: dict[str, str] = {"": ""}

    def real(self, path: str) -> str:
        """Return the path with the links of its folders followed; the last part is left as it is."""
        folder, _, base = path.rpartition("/")
        known = self._known.get(folder)
        if known is None:
            # Past what a system follows the name stands for itself.
            known = followed(folder, self._files)
            known = folder if known is None else known
            self._known[folder] = known
        return f"{known}/{base}" if known else base


def owned(packages: list[Package], files: Mapping[str, VisibleFile], release: OsRelease | None) -> Inventory:
    """Return the inventory that packages make of the visible files, the first that lists a file being its owner."""
    links = _Links(files)
    numbers, rows = numbered(files)
    seen = _Seen(numbers, rows.kinds)
    distribution = (one for one in range(len(packages)) if packages[one].of_distribution)
    owners = _claims(packages, distribution, seen, links)
    kept, dropped = _split(packages, owners, links)
    packages, kept = _gathered(packages, kept)
    # Indexes change when packages are dropped.
    place = {old: new for new, old in enumerate(kept)}
    owner_of = {path: place[index] for path, index in owners.items()} if len(kept) < len(packages) else owners
    left = [packages[index] for index in kept]
    language = (one for one in range(len(left)) if not left[one].of_distribution)
    for path, index in _claims(left, language, seen, links).items():
        owner_of.setdefault(path, index)
    unlisted = Unlisted(left, owner_of)
    sums = Sums(len(left), owner_of, unlisted, numbers, rows)
    return Inventory(
        tuple(left),
        release,
        Owners(owner_of, unlisted, seen),
        tuple(sums.sizes),
        sum(folder.unowned_bytes for folder in sums.folders),
        tuple((packages[index], place[owner]) for index, owner in dropped),
        tuple(sums.folders),
    )


class _Seen:
    """Visible paths that somebody can own: all but folders, which many packages share."""

    __slots__ = ("_kinds", "numbers")

    def __init__(self, numbers: dict[str, int], kinds: bytearray) -> None:
        self.numbers = numbers
        self._kinds = kinds

    def __contains__(self, path: str) -> bool:
        number = self.numbers.get(path)
        return number is not None and self._kinds[number] != DIR

    def __iter__(self) -> Iterator[str]:
        return (path for path, number in self.numbers.items() if self._kinds[number] != DIR)


class Owners(Mapping[str, int]):
    """Path of a visible file -> index of the package that owns it.

    What no list holds is looked up where it is asked for: of most files nobody asks.
    """

    __slots__ = ("_listed", "_seen", "_unlisted")

    def __init__(self, listed: Mapping[str, int], unlisted: Unlisted, seen: _Seen) -> None:
        self._listed = listed
        self._unlisted = unlisted
        self._seen = seen

    def __getitem__(self, path: str) -> int:
        owner = self._listed.get(path)
        if owner is None and path in self._seen:
            folder = path[: max(path.rfind("/"), 0)]
            owner = self._unlisted.of_folder(folder)
            if folder.endswith(COMPILED):
                owner = self._unlisted.of_compiled(path, folder, owner)
        if owner is None:
            raise KeyError(path)
        return owner

    def __iter__(self) -> Iterator[str]:
        return (path for path in self._seen if path in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _claims(packages: list[Package], indexes: Iterable[int], seen: _Seen, links: _Links) -> dict[str, int]:
    """Return which of the packages owns each visible file; the first that claims a path keeps it."""
    owners: dict[str, int] = {}
    for index in indexes:
        package = packages[index]
        if package.path and not package.of_distribution:
            owners.setdefault(package.path, index)
        for path in package.files:
            # What is there under this very name lies in no folder that is a link.
            real = path if path in seen.numbers else links.real(path)
            if real in seen:
                owners.setdefault(real, index)
    return owners


def _gathered(packages: list[Package], kept: list[int]) -> tuple[list[Package], list[int]]:
    """Return packages with each noted one once, with all files that name it, and the indexes of those to keep."""
    first: dict[str, int] = {}
    files: dict[int, list[str]] = {}
    left = []
    for index in kept:
        if not packages[index].noted:
            left.append(index)
            continue
        of = first.setdefault(packages[index].purl, index)
        if of == index:
            left.append(index)
        files.setdefault(of, []).extend(packages[index].files)
    if not files:
        return packages, kept
    named = {of: packages[of]._replace(files=tuple(sorted(paths))) for of, paths in files.items()}
    return [named.get(index, package) for index, package in enumerate(packages)], left


def _split(
    packages: list[Package], owners: Mapping[str, int], links: _Links
) -> tuple[list[int], list[tuple[int, int]]]:
    kept, dropped = [], []
    for index, package in enumerate(packages):
        owner = None if package.of_distribution else owners.get(links.real(package.path))
        if owner is None:
            kept.append(index)
        elif not package.noted:
            dropped.append((index, owner))
    return kept, dropped
