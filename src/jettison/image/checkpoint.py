"""One remark of best practice on an image, and the data that the checks share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from jettison.named_tuple import NamedTuple

MAX_NAMED: Final = 5


class Found(NamedTuple):
    """What one layer, or one step of the history, has of a checkpoint: layer or step is a number from 0 on.

    names: the first of them; number: how many there are; size: their bytes, 0 where bytes do not matter.
    """

    names: tuple[str, ...]
    number: int = 1
    layer: int | None = None
    step: int | None = None
    size: int = 0


class Checkpoint(NamedTuple):
    """One thing that is not as it should be. id: dockle's and CIS' name of it.

    found: where, () for what the image as a whole has; titles: for one and for many, where they differ; hint: what
    to do, where the detail begins with it.
    """

    id: str
    title: str
    severity: int
    detail: str
    found: tuple[Found, ...] = ()
    titles: tuple[str, str] = ("", "")
    hint: str = ""

    def of(self, found: Sequence[Found]) -> Checkpoint:
        """Return the same remark on a part of what was found."""
        count = sum(one.number for one in found)
        one, many = self.titles
        title = self.title if not many else one if count == 1 else many.format(count)
        return self._replace(title=title, detail=_detail(self.hint, found, count), found=tuple(found))

    def with_lines(self, lines: Sequence[int | None]) -> Checkpoint:
        """Return the same remark with lines of the Dockerfile in the place of steps. lines: of each step, None of the base."""
        named = [_at_its_line(one, lines) for one in self.found]
        return self.of(named) if named != list(self.found) else self


def _at_its_line(found: Found, lines: Sequence[int | None]) -> Found:
    """Return what goes by nothing but its step under the line of that, all else as it is."""
    at = found.step
    if at is None or at >= len(lines) or lines[at] is None or found.names != (f"step {at + 1}",):
        return found
    return found._replace(names=(f"line {lines[at]}",))


def in_layers(id_: str, titles: tuple[str, str] | str, severity: int, places: Iterable[tuple[int, str]]) -> Checkpoint:
    """Return a checkpoint on files, (layer, path) each.

    What the upper layers brought is what a Dockerfile can do without: it comes first.
    """
    layers: defaultdict[int, list[str]] = defaultdict(list)
    for layer, path in places:
        layers[layer].append(path)
    found = [
        Found(tuple(sorted(paths)[:MAX_NAMED]), len(paths), layer)
        for layer, paths in sorted(layers.items(), reverse=True)
    ]
    title, titles = (titles, ("", "")) if isinstance(titles, str) else ("", titles)
    return Checkpoint(id_, title, severity, "", titles=titles).of(found)


def _detail(hint: str, found: Sequence[Found], count: int) -> str:
    size = sum(one.size for one in found)
    if size:
        return f"{size / 1e6:.1f} MB"
    names = [name for one in found for name in one.names][:MAX_NAMED]
    if hint:
        return f"{hint} ({', '.join(names[:3])})"
    more = f" and {count - MAX_NAMED} more" if count > MAX_NAMED else ""
    return ", ".join(names) + more


def table() -> dict[str, Any]:
    """Return the lists of names that the checks go by."""
    from jettison.image._compiled import CHECKPOINTS

    return CHECKPOINTS


def some(names: Sequence[str]) -> str:
    """Return the first names, sorted, and how many more there are."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(sorted(names)[:MAX_NAMED]) + more
