"""`jettison compare BEFORE AFTER --html FILE`: two images side by side, on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from jettison.report.compare_rows import package_counts
from jettison.report.html.contents import contents
from jettison.report.html.maps import HATCH, SEARCH, pair
from jettison.report.html.page import render_page
from jettison.report.html.parts import (
    Cell,
    Column,
    Html,
    Number,
    badge,
    code,
    figure,
    figures,
    join,
    section,
    size,
    table,
)
from jettison.report.html.vulnerability_section import vulnerability_changes, vulnerability_figure
from jettison.report.units import factor, human_bytes

if TYPE_CHECKING:
    from jettison.image.compare import Comparison
    from jettison.image.inspection import Inspection
    from jettison.report.known import Known

MAX_FILES: Final = 2_000
STATUS_TONE: Final = {
    "removed": "info", "added": "warn", "changed": "plain", "owner or mode": "plain",
    "folder removed": "info", "folder added": "warn",
}  # fmt: skip
Row = tuple[int, tuple[Cell, ...]]


def render_comparison_page(before: Inspection, after: Inspection, seen: Comparison, known: Known | None = None) -> str:
    """Return the page; every text that comes from the images is made safe. known: None without data."""
    held = [contents(each.name, each.image, each.waste, each.origins) for each in (before, after)]
    notes = " ".join(dict.fromkeys(each.note for each in held if each.note))
    parts = (
        _figures(before, after, seen, known),
        SEARCH,
        section(
            "bytes",
            "Where the bytes are",
            join([HATCH, pair((f"before: {before.name}", f"after: {after.name}"), (False, False))]),
            f"Both on one scale: the same area is the same number of bytes. {notes}".strip(),
        ),
        _packages(seen),
        vulnerability_changes(known) if known is not None else Html(""),
        _config(seen),
        _files(before, after, seen),
    )
    title = f"{before.name} → {after.name}"
    return render_page(title, "What differs between two images", "".join(parts), {"images": [h.data for h in held]})


def change_figure(label: str, before: float, after: float, unit: str = "") -> Html:
    """Return a large figure of a value before and after, good when it fell. unit: "" for counts."""
    shown = [human_bytes(value) if unit == "bytes" else f"{value:,.0f}" for value in (before, after)]
    moved = factor(before, after)
    if moved == "same" and before != after:
        # Less than what a factor tells.
        by = human_bytes(abs(after - before)) if unit == "bytes" else f"{abs(after - before):,.0f}"
        moved = f"{by} {'more' if after > before else 'less'}"
    note = f"before {shown[0]}" + (f", {moved}" if moved else "")
    tone = "good" if after < before * 0.95 else "bad" if after > before * 1.05 else ""
    return figure(label, shown[1], note, tone)


def _figures(before: Inspection, after: Inspection, seen: Comparison, known: Known | None) -> Html:
    items = [
        change_figure("Size", *seen.sizes, "bytes"),
        change_figure("Hidden", *seen.hidden, "bytes"),
        change_figure("Layers", *seen.layers),
        change_figure("Packages", len(before.inventory.packages), len(after.inventory.packages)),
    ]
    if known is not None:
        items.append(vulnerability_figure(known))
    if seen.same:
        items.append(figure("Content", "the same", "but for times, history and layering", "good"))
    else:
        count = len(seen.added) + len(seen.removed) + len(seen.changed)
        note = f"{len(seen.removed):,} gone, {len(seen.added):,} new"
        folders = len(seen.folders_added) + len(seen.folders_removed)
        items.append(figure("Files that differ", f"{count:,}", note + (f"; {folders:,} folders" if folders else "")))
    return figures(items)


def package_changes(changes: Sequence[tuple[str, str, str]]) -> Html:
    """Return the packages that went, came or changed; nothing when none did. changes: (name, before, after)."""
    rows: list[tuple[Cell, ...]] = []
    for name, old, new in changes:
        status = "removed" if not new else "added" if not old else "changed"
        rows.append((badge(status, STATUS_TONE[status]), name, code(old) if old else "", code(new) if new else ""))
    if not rows:
        return Html("")
    intro = f"{package_counts(changes)}."
    columns = (Column("Status", "nw"), Column("Package", "path"), Column("Before"), Column("After"))
    return section("packages", "Packages", table(columns, rows, "Packages", len(rows)), intro)


def _packages(seen: Comparison) -> Html:
    return package_changes(seen.packages)


def _config(seen: Comparison) -> Html:
    if not seen.config:
        return Html("")
    rows = ((code(line),) for line in seen.config)
    return section("config", "Configuration", table((Column("Difference", "wide"),), rows, "Configuration"))


def _files(before: Inspection, after: Inspection, seen: Comparison) -> Html:
    rows = sorted(_file_rows(before, after, seen), key=lambda row: -row[0])
    if not rows:
        return Html("")
    columns = (
        Column("Change", "n"), Column("Before", "n"), Column("After", "n"), Column("Status", "nw"), Column("File", "path"),
    )  # fmt: skip
    shown = (cells for _, cells in rows[:MAX_FILES])
    return section("files", "Files", table(columns, shown, "Files", len(rows)), "The largest change first.")


def _file_rows(before: Inspection, after: Inspection, seen: Comparison) -> Iterator[Row]:
    old, new = before.image.files, after.image.files
    groups = (
        ("removed", seen.removed),
        ("added", seen.added),
        ("changed", seen.changed),
        ("folder removed", seen.folders_removed),
        ("folder added", seen.folders_added),
        ("owner or mode", tuple(set(seen.rights) - set(seen.changed))),
    )
    for status, paths in groups:
        for path in paths:
            sizes = [files[path].size if path in files and files[path].kind == "file" else 0 for files in (old, new)]
            change = sizes[1] - sizes[0]
            yield (
                abs(change),
                (
                    Number(change, f"{'+' if change > 0 else '−'}{human_bytes(abs(change))}") if change else "",
                    size(sizes[0]) if path in old and old[path].kind == "file" else "",
                    size(sizes[1]) if path in new and new[path].kind == "file" else "",
                    badge(status, STATUS_TONE[status]),
                    join([code("/" + path), f" {seen.rights_of[path]}" if path in seen.rights_of else ""]),
                ),
            )
