"""The report of `jettison inspect` as Markdown, the largest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.image.waste_classes import waste_classes
from jettison.report.markdown import cell, folded, plain, table
from jettison.report.secrets_text import place_of_secret
from jettison.report.steps import written_by
from jettison.report.units import counted, human_bytes
from jettison.secretscan.findings import DEFAULT_LEVEL, at_level
from jettison.severity import Severity

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

MAX_ROWS: Final = 10
MAX_LAYERS: Final = 60


def render_inspection_markdown(seen: Inspection) -> str:
    """Return the report; every text that comes from the image is made plain."""
    return "\n".join(_parts(seen))


def _parts(seen: Inspection) -> Iterator[str]:
    image, waste = seen.image, seen.waste
    share = 100 * waste.hidden_bytes / image.size_unpacked if image.size_unpacked else 0.0
    secrets = at_level(seen.secrets, DEFAULT_LEVEL)
    yield f"## {plain(seen.name)}: {human_bytes(image.size_unpacked)}\n"
    yield table(
        ("size:", "layers:", "hidden:", "held twice:", "packages:", "secrets:"),
        [(
            human_bytes(image.size_unpacked), str(len(image.layers)), f"{human_bytes(waste.hidden_bytes)} ({share:.1f} %)",
            human_bytes(waste.duplicates), f"{len(seen.inventory.packages):,}", str(len(secrets) or "none"),
        )],
    )  # fmt: skip
    for note in seen.notes[:MAX_ROWS]:
        yield f"- **not read:** {cell(note)}"
    if secrets:
        rows = [(f.severity, cell(f.title), plain(f.masked), cell(place_of_secret(f))) for f in secrets[:MAX_ROWS]]
        yield "### Secrets\n\n" + table(("severity", "kind", "shown as", "where"), rows)
    yield _hidden(seen)
    yield _classes(seen)
    yield folded(counted(len(image.layers), "layer"), _layers(seen))
    if seen.checkpoints:
        ordered = sorted(seen.checkpoints, key=lambda c: -c.severity)
        practice = [(Severity.NAMES[c.severity], c.id, f"{cell(c.title)}: {cell(c.detail)}") for c in ordered]
        yield folded(f"{len(practice)} points of practice", table(("severity", "check", "what"), practice))


def _hidden(seen: Inspection) -> str:
    groups: Counter[tuple[str, int, int, str]] = Counter()
    for item in seen.waste.hidden:
        folder = "/".join(item.path.split("/")[:3])
        groups[folder, item.written, item.hidden, item.cause] += item.bytes
    if not groups:
        return "No byte is hidden.\n"
    rows = [
        (human_bytes(size), cell("/" + folder), _layer(seen, written), _layer(seen, hidden), cause)
        for (folder, written, hidden, cause), size in groups.most_common(MAX_ROWS)
    ]
    return "### Hidden bytes\n\n" + table(("bytes:", "where", "written by", "hidden by", "how"), rows)


def _classes(seen: Inspection) -> str:
    rows = [
        (
            one.name, human_bytes(one.bytes), "?" if one.own is None else human_bytes(one.own), f"{one.files:,}",
            ", ".join(f"{cell('/' + path)} {human_bytes(size)}" for path, size in one.places[:3]),
        )
        for one in waste_classes(seen)
    ]  # fmt: skip
    text = "### Visible, often not needed\n\n" + table(("what", "bytes:", "own:", "files:", "most of it"), rows)
    copies = [
        (human_bytes(one.bytes), str(one.number), ", ".join(cell("/" + path) for path in one.paths))
        for one in seen.waste.copies[:MAX_ROWS]
    ]
    if copies:
        text += "\n" + folded("the largest second copies", table(("bytes:", "copies:", "files"), copies))
    return text


def _layers(seen: Inspection) -> str:
    rows = [
        (
            str(number), human_bytes(change.bytes), f"{change.added:,}", f"{change.removed:,}",
            origin.where, cell(written_by(layer.created_by)),
        )
        for number, (layer, change, origin) in enumerate(
            zip(seen.image.layers, seen.waste.layers, seen.origins, strict=False)
        )
    ][:MAX_LAYERS]  # fmt: skip
    return table(("layer:", "bytes:", "added:", "removed:", "from", "command"), rows)


def _layer(seen: Inspection, number: int) -> str:
    return seen.origins[number].where or f"layer {number}"
