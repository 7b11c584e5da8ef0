"""What the treemap draws: the stored files of an image, bounded, with the line or layer that wrote each.

The largest files stand one by one; the rest is summed up by layer and folder, so that a page stays small
whatever the image holds and all bytes still add up to the image's size.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jettison.image.stored import VISIBLE, Stored, stored_files
from jettison.report.steps import layer_label
from jettison.report.units import human_bytes
from jettison.terminal import safe_line

if TYPE_CHECKING:
    from jettison.image.attribution import Origin
    from jettison.image.image import Image
    from jettison.image.waste import Waste

MAX_FILES: Final = 10_000
MAX_FOLDERS: Final = 4_000
MAX_DEPTH: Final = 6
# A longer path, or one of more parts, is not drawn by itself.
MAX_PATH: Final = 512
MAX_PARTS: Final = 40


class Contents(NamedTuple):
    """data: for the script; note: in one sentence what was summed up, "" when nothing was."""

    data: dict[str, Any]
    note: str


def contents(
    name: str, image: Image, waste: Waste, origins: Sequence[Origin], labels: Mapping[int, str] | None = None
) -> Contents:
    """Return what a page holds of one image.

    labels: line -> its text; with them nothing is taken from the image's history, which may hold secrets.
    """
    files = [file for file in stored_files(image, waste) if file.bytes]
    files.sort(key=lambda file: -file.bytes)
    shown: list[list[Any]] = []
    rest: list[Stored] = []
    for file in files:
        if len(shown) < MAX_FILES and _drawable(file.path):
            shown.append([safe_line(file.path), file.layer, file.bytes, file.hidden, file.cause])
        else:
            rest.append(file)
    data = {
        "name": safe_line(name)[:MAX_PATH],
        "total": image.size_unpacked,
        "layers": _layers(image, origins, labels),
        "files": shown,
        "rest": _summed(rest),
    }
    return Contents(data, _note(rest))


def _drawable(path: str) -> bool:
    return 0 < len(path) <= MAX_PATH and path.count("/") < MAX_PARTS


def _note(rest: Sequence[Stored]) -> str:
    if not rest:
        return ""
    bytes_ = sum(file.bytes for file in rest)
    return f"{len(rest):,} smaller files ({human_bytes(bytes_)}) are summed up by folder; search does not see them."


def _layers(image: Image, origins: Sequence[Origin], labels: Mapping[int, str] | None) -> list[dict[str, Any]]:
    known = any(origin.line is not None for origin in origins)
    found = []
    for number, (layer, origin) in enumerate(zip(image.layers, origins, strict=False)):
        base = known and origin.line is None
        group = "base" if base else origin.where if known else f"layer {number}"
        text = layer.created_by if labels is None else labels.get(origin.line or 0, "")
        label = "base image" if base else layer_label(number, text, origin)
        found.append({"label": label, "group": group, "base": base, "bytes": layer.size_unpacked})
    return found


def _summed(rest: Sequence[Stored]) -> list[list[Any]]:
    """Return [folder, layer, bytes, hidden, files] with as much depth as the bound on folders allows."""
    for depth in range(MAX_DEPTH, -1, -1):
        sums: Counter[tuple[str, int, bool]] = Counter()
        counts: dict[tuple[str, int, bool], int] = defaultdict(int)
        for file in rest:
            folder = "/".join(posixpath.dirname(file.path).split("/")[:depth])
            key = (folder, file.layer, file.hidden != VISIBLE)
            sums[key] += file.bytes
            counts[key] += 1
        if len(sums) <= MAX_FOLDERS or depth == 0:
            break
    return [
        [safe_line(folder)[:MAX_PATH], layer, size, int(hidden), counts[folder, layer, hidden]]
        for (folder, layer, hidden), size in sums.most_common(MAX_FOLDERS)
    ]
