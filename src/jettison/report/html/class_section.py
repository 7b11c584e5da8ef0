"""What can be seen and could often be left out: documentation, caches, second copies, files of no package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jettison.image.waste_classes import waste_classes
from jettison.report.html.parts import Column, Html, code, join, section, size, table, whole
from jettison.report.units import human_bytes

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection


def class_section(seen: Inspection) -> Html:
    """Return the classes and the largest second copies of an image."""
    rows = (
        (
            one.name,
            size(one.bytes),
            "" if one.own is None else size(one.own),
            whole(one.files),
            Html("<br>".join(code(f"/{path} {human_bytes(count)}") for path, count in one.places[:3])),
        )
        for one in waste_classes(seen)
    )
    columns = (
        Column("What"), Column("Bytes", "n"), Column("By this Dockerfile", "n"), Column("Files", "n"),
        Column("Most of it", "wide"),
    )  # fmt: skip
    parts = [table(columns, rows, "Visible, often not needed")]
    copies = (
        (size(one.bytes), whole(one.number), Html("<br>".join(code(f"/{path}") for path in one.paths)))
        for one in seen.waste.copies
    )
    if seen.waste.copies:
        parts.append(Html("<h3>Second copies</h3>"))
        parts.append(
            table((Column("Bytes", "n"), Column("Copies", "n"), Column("Files", "path")), copies, "Second copies")
        )
    intro = "A file may be in more than one class. "
    if not seen.attributed:
        intro += "-f Dockerfile tells what its own layers wrote from what came with the base image."
    return section("classes", "Visible, often not needed", join(parts), intro.strip())
