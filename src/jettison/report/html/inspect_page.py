"""`jettison inspect IMAGE --html FILE`: what an image holds, on one page."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from jettison.image.waste import visible_contents
from jettison.report.html.class_section import class_section
from jettison.report.html.contents import contents
from jettison.report.html.maps import HATCH, SEARCH, treemap
from jettison.report.html.page import render_page
from jettison.report.html.parts import (
    Cell,
    Column,
    Html,
    badge,
    bar,
    code,
    esc,
    figure,
    figures,
    join,
    section,
    size,
    table,
    whole,
)
from jettison.report.html.secret_section import secret_section
from jettison.report.html.sections import checkpoint_section, package_section
from jettison.report.steps import written_by
from jettison.report.support import release_note
from jettison.report.units import counted, human_bytes
from jettison.secretscan.findings import DEFAULT_LEVEL, at_level

if TYPE_CHECKING:
    from jettison.image.inspection import Inspection

MAX_HIDDEN: Final = 1_000
MAX_FILES: Final = 200
MAX_NOTES: Final = 50
TREEMAP_HELP: Final = (
    "Each box is as large as the bytes it takes. A click or Enter opens a folder, Escape goes back, arrow keys move."
)


def render_inspection_page(seen: Inspection) -> str:
    """Return the page; every text that comes from the image is made safe."""
    held = contents(seen.name, seen.image, seen.waste, seen.origins)
    known = any(origin.line is not None for origin in seen.origins)
    parts = (
        _figures(seen),
        _notes(seen),
        SEARCH,
        section(
            "bytes",
            "Where the bytes are",
            join([HATCH, treemap(0, f"Treemap of {seen.name}", known, known)]),
            " ".join((TREEMAP_HELP, held.note)).strip(),
        ),
        _layers(seen),
        _hidden(seen),
        class_section(seen),
        secret_section(seen.secrets, seen.secrets_note),
        _files(seen),
        package_section(seen),
        checkpoint_section(seen.checkpoints),
    )
    return render_page(seen.name, "What this image holds", "".join(parts), {"images": [held.data]})


def _notes(seen: Inspection) -> Html:
    if not seen.notes:
        return Html("")
    items = "".join(f"<li>{esc(note)}</li>" for note in seen.notes[:MAX_NOTES])
    return section("notes", "Not read", Html(f"<ul>{items}</ul>"), "The rest of this page is about what could be read.")


def _figures(seen: Inspection) -> Html:
    image, waste = seen.image, seen.waste
    share = waste.hidden_bytes / image.size_unpacked if image.size_unpacked else 0.0
    files = sum(entry.kind == "file" for entry in image.files.values())
    release = seen.inventory.release
    user = image.config.user or "root"
    return figures(
        (
            figure(
                "Size",
                human_bytes(image.size_unpacked),
                f"{counted(len(image.layers), 'layer')}, {counted(files, 'file')}",
            ),
            figure(
                "Hidden",
                human_bytes(waste.hidden_bytes),
                f"{100 * share:.1f} %"
                + (
                    f", {human_bytes(sum(h.bytes for h in seen.own_hidden))} by this Dockerfile"
                    if seen.attributed
                    else ""
                ),
                "bad" if share >= 0.01 else "",
            ),
            figure("Held twice", human_bytes(waste.duplicates), "same content, more than one name"),
            figure("Packages", f"{len(seen.inventory.packages):,}", release_note(release)),
            _secrets(seen),
            figure("Runs as", user, "", "bad" if user.split(":")[0] in ("root", "0") else ""),
        )
    )


def _secrets(seen: Inspection) -> Html:
    count = len(at_level(seen.secrets, DEFAULT_LEVEL))
    visible = sum(found.visible for found in at_level(seen.secrets, DEFAULT_LEVEL))
    note = f"{visible} visible in the container" if count else ""
    return figure("Secrets", f"{count:,}" if count else "none", note, "bad" if count else "")


def _layers(seen: Inspection) -> Html:
    hidden: Counter[int] = Counter()
    for item in seen.waste.hidden:
        hidden[item.written] += item.bytes
    whole_size = max(1, seen.image.size_unpacked)
    known = any(origin.line is not None for origin in seen.origins)

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number, (layer, change, origin) in enumerate(
            zip(seen.image.layers, seen.waste.layers, seen.origins, strict=False)
        ):
            lost = hidden[number]
            tone = "base" if known and origin.line is None else "own"
            where: Cell = origin.where or ("base" if known else "")
            yield (
                whole(number) if number else "0",
                bar(((change.bytes - lost) / whole_size, tone), (lost / whole_size, "hidden")),
                size(change.bytes),
                size(lost) if lost else "",
                whole(change.added),
                whole(change.changed),
                whole(change.removed),
                where,
                code(written_by(layer.created_by), 240),
            )

    columns = (
        Column("Layer", "n"), Column("Share", "share"), Column("Bytes", "n"), Column("Hidden later", "n"),
        Column("Added", "n"), Column("Changed", "n"), Column("Removed", "n"), Column("From", "nw"), Column("Command", "wide"),
    )  # fmt: skip
    return section("layers", "Layers", table(columns, rows(), "Layers"), "The lowest first; counts are of files.")


def _hidden(seen: Inspection) -> Html:
    waste = seen.waste
    if not waste.hidden:
        return Html("")
    ordered = sorted(waste.hidden, key=lambda item: -item.bytes)

    def by(layer: int) -> str:
        return seen.origins[layer].where or f"layer {layer}"

    rows = (
        (size(item.bytes), code("/" + item.path), by(item.written), by(item.hidden), item.cause)
        for item in ordered[:MAX_HIDDEN]
    )
    columns = (
        Column("Bytes", "n"), Column("File", "path"), Column("Written by", "nw"), Column("Hidden by", "nw"), Column("How"),
    )  # fmt: skip
    intro = (
        f"{human_bytes(waste.hidden_bytes)} are stored and transferred and can never be seen. "
        f"dive would say {100 * waste.score:.1f} % efficiency; it counts every copy of a path, these bytes are exact."
    )
    return section("hidden", "Hidden bytes", table(columns, rows, "Hidden bytes", len(ordered)), intro)


def _files(seen: Inspection) -> Html:
    largest = sorted(visible_contents(seen.image), key=lambda pair: -pair[1].size)
    rows = (
        (size(entry.size), code("/" + path), _owner(seen, path), _origin(seen, entry.layer))
        for path, entry in largest[:MAX_FILES]
    )
    folders: Counter[str] = Counter()
    unowned: Counter[str] = Counter()
    for path, entry in largest:
        top = "/".join(posixpath.dirname(path).split("/")[:2])
        folders[top] += entry.size
        if path not in seen.inventory.owner_of:
            unowned[top] += entry.size
    by_folder = ((size(count), code("/" + top), size(unowned[top])) for top, count in folders.most_common(MAX_FILES))
    body = join(
        (
            table((Column("Bytes", "n"), Column("Folder", "path"), Column("Of no package", "n")), by_folder, "Folders"),
            Html("<h3>Largest files</h3>"),
            table(
                (Column("Bytes", "n"), Column("File", "path"), Column("Package"), Column("From", "nw")),
                rows,
                "Largest files",
                len(largest),
            ),
        )
    )
    return section("files", "Folders and files", body, "Of what can be seen in the running container.")


def _owner(seen: Inspection, path: str) -> Cell:
    package = seen.inventory.owner(path)
    return f"{package.name} {package.version}" if package is not None else badge("no package", "plain")


def _origin(seen: Inspection, layer: int) -> str:
    return seen.origins[layer].where or f"layer {layer}"
