"""The report of `jettison inspect` for a terminal: at most 100 columns, the largest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.image.waste import METADATA
from jettison.image.waste_classes import waste_classes
from jettison.report.cells import WIDTH, fit, fit_end, pad, wrap
from jettison.report.secrets_text import secret_lines
from jettison.report.steps import layer_label, written_by
from jettison.report.support import is_over, release_line
from jettison.report.units import counted, human_bytes
from jettison.severity import Severity
from jettison.terminal import Palette, safe_line

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

MAX_WRAPPED: Final = 4
MAX_ROWS: Final = 8
MAX_LAYERS: Final = 40
MAX_COPIES: Final = 5
SEVERITY_STYLES: Final = ("dim", "cyan", "yellow", "red")


def render_inspection(seen: Inspection, palette: Palette) -> str:
    """Return the whole report; every text that comes from the image is made safe."""
    # First what needs nothing that another process may still be making.
    secrets = list(secret_lines(seen.secrets, seen.secrets_note, palette))
    folders, packages, classes = (list(part(seen, palette)) for part in (_folders, _packages, _classes))
    parts = (_head(seen, palette), _layers(seen, palette), _waste(seen, palette), classes, _copies(seen, palette),
             folders, secrets, packages, _checkpoints(seen, palette))  # fmt: skip
    return "\n".join("".join(f"{line}\n" for line in part) for part in map(list, parts) if part)


def _head(seen: Inspection, palette: Palette) -> Iterator[str]:
    image = seen.image
    hidden = seen.waste.hidden_bytes
    share = 100 * hidden / image.size_unpacked if image.size_unpacked else 0.0
    yield palette(fit_end(safe_line(seen.name), WIDTH), "bold")
    files = sum(folder.files for folder in seen.inventory.folders)
    layers = counted(len(image.layers), "layer")
    yield f"  {human_bytes(image.size_unpacked)} in {layers}, {counted(files, 'visible file')}"
    own = (
        ""
        if not seen.attributed
        else f", of which this Dockerfile hides {human_bytes(sum(h.bytes for h in seen.own_hidden))}"
    )
    yield f"  hidden: {human_bytes(hidden)} ({share:.1f} %){own}"
    yield palette(
        f"  dive's efficiency: {100 * seen.waste.score:.1f} % (it counts every copy; hidden bytes are exact)", "dim"
    )
    for note in seen.notes[:MAX_ROWS]:
        yield from (palette(f"  {line}", "red") for line in wrap(safe_line(note), WIDTH - 2)[:MAX_WRAPPED])
    if image.cached:
        known = f"  {counted(image.cached, 'layer')} of an earlier run (JETTISON_CACHE=off reads and checks all again)"
        yield palette(known, "dim")
    release = seen.inventory.release
    if release is not None:
        yield palette(
            f"  {fit(safe_line(release_line(release)), WIDTH - 2)}", *(("yellow",) if is_over(release) else ())
        )


def _layers(seen: Inspection, palette: Palette) -> Iterator[str]:
    if not seen.image.layers:
        return
    lost: Counter[int] = Counter()
    for item in seen.waste.hidden:
        lost[item.written] += item.bytes
    yield palette(
        f"{'layer':>5} {'bytes':>9} {'hidden':>9} {'added':>7} {'changed':>7} {'removed':>7}  written by", "bold"
    )
    rows = list(zip(seen.image.layers, seen.waste.layers, seen.origins, strict=False))
    # Of very many the largest, in the order in which they lie.
    largest = sorted(range(len(rows)), key=lambda number: -rows[number][1].bytes)
    for number in sorted(largest[:MAX_LAYERS]):
        layer, change, origin = rows[number]
        hidden = palette(f"{human_bytes(lost[number]) if lost[number] else '':>9}", "red")
        counts = " ".join(f"{count or '':>7}" for count in (change.added, change.changed, change.removed))
        text = (
            layer_label(number, layer.created_by, origin) if origin.line is not None else written_by(layer.created_by)
        )
        yield f"{number:>5} {human_bytes(change.bytes):>9} {hidden} {counts}  {fit(text, WIDTH - 51)}".rstrip()
    if len(rows) > MAX_LAYERS:
        rest = human_bytes(sum(rows[number][1].bytes for number in largest[MAX_LAYERS:]))
        yield f"      ... and {len(rows) - MAX_LAYERS} smaller ones with {rest} together"


def _waste(seen: Inspection, palette: Palette) -> Iterator[str]:
    groups: Counter[tuple[int, int, str, str]] = Counter()
    for item in seen.waste.hidden:
        groups[(item.hidden, item.written, item.cause, _top(item.path, 4))] += item.bytes
    if not groups:
        return
    yield palette("Hidden bytes, the largest first", "bold")
    yield palette(f"  {'bytes':>9}  {'written by':<11}  {'hidden by':<11}  {'how':<12}  where", "dim")
    for (hidden, written, cause, folder), size in groups.most_common(MAX_ROWS):
        how = "touched" if cause == METADATA else cause
        where = fit_end(f"/{safe_line(folder)}", WIDTH - 53)
        yield f"  {human_bytes(size):>9}  {_by(seen, written):<11}  {_by(seen, hidden):<11}  {how:<12}  {where}"
    if any(cause == METADATA for _, _, cause, _ in groups):
        yield palette("  touched: the same content again, only its owner, mode or time changed", "dim")


def _classes(seen: Inspection, palette: Palette) -> Iterator[str]:
    found = [each for each in waste_classes(seen) if each.files]
    if not found:
        return
    yield palette(f"{'Visible, often not needed':<26}{'bytes':>10} {'own':>9} {'files':>8}  most of it", "bold")
    for one in found:
        own = "?" if one.own is None else human_bytes(one.own)
        place = f"/{safe_line(one.places[0][0])} {human_bytes(one.places[0][1])}" if one.places else ""
        yield f"  {one.name:<24}{human_bytes(one.bytes):>10} {own:>9} {one.files:>8,}  {fit(place, WIDTH - 57)}".rstrip()
    if not seen.attributed:
        yield palette("  own: in layers of the Dockerfile; -f Dockerfile tells it from the base image's", "dim")


def _copies(seen: Inspection, palette: Palette) -> Iterator[str]:
    copies = seen.waste.copies[:MAX_COPIES]
    if not copies:
        return
    yield palette("Second copies, the largest first", "bold")
    for one in copies:
        names = [f"/{safe_line(path)}" for path in one.paths[:2]]
        more = f" and {one.number - 2} more" if one.number > 2 else ""
        room = (WIDTH - 17 - len(more)) // 2
        yield f"  {human_bytes(one.bytes):>10}  {' = '.join(fit_end(name, room) for name in names)}{more}"


def _by(seen: Inspection, layer: int) -> str:
    return seen.origins[layer].where or f"layer {layer}"


def _folders(seen: Inspection, palette: Palette) -> Iterator[str]:
    sizes: Counter[str] = Counter()
    unowned: Counter[str] = Counter()
    for folder in seen.inventory.folders:
        top = _top(folder.folder, 2)
        sizes[top] += folder.bytes
        unowned[top] += folder.unowned_bytes
    if not sizes:
        return
    yield palette(f"{'Folders':<52}{'bytes':>10} {'of no package':>14}", "bold")
    for top, size in sizes.most_common(MAX_ROWS):
        yield f"  {pad('/' + safe_line(top), 49)} {human_bytes(size):>10} {human_bytes(unowned[top]):>14}"


def _top(path: str, depth: int) -> str:
    return "/".join(path.split("/", depth)[:depth])


def _packages(seen: Inspection, palette: Palette) -> Iterator[str]:
    kinds = Counter(package.type for package in seen.inventory.packages)
    if not kinds:
        yield palette("Packages", "bold") + "  none found"
        return
    counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    yield palette("Packages", "bold") + f"  {counts}"
    largest = sorted(zip(seen.inventory.bytes_of, seen.inventory.packages, strict=False), key=lambda pair: -pair[0])
    for size, package in largest[:MAX_ROWS]:
        text = f"{safe_line(package.name)} {safe_line(package.version)}"
        yield f"  {human_bytes(size):>10}  {package.type:<9} {fit(text, WIDTH - 26)}"


def _checkpoints(seen: Inspection, palette: Palette) -> Iterator[str]:
    if not seen.checkpoints:
        return
    yield palette("Best practice", "bold")
    for found in sorted(seen.checkpoints, key=lambda c: -c.severity):
        text = f"{found.title}: {safe_line(found.detail)}"
        severity = palette(f"{Severity.NAMES[found.severity]:<7}", SEVERITY_STYLES[found.severity])
        yield f"  {severity} {found.id:<12} {fit(text, WIDTH - 24)}"
